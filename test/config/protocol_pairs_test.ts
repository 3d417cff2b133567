import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

const PROTOCOLS = ["auto", "grpc-web", "connect", "grpc", "jina", "http"];

/** Default first. */
const PAIRS: readonly (readonly [scheme: string, ...protocols: string[]])[] = [
  ["https", "auto", "grpc-web", "connect", "grpc", "jina", "http"],
  ["http", "auto", "grpc-web", "connect", "grpc", "jina", "http"],
  ["grpcs", "grpc", "jina"],
  ["grpc", "grpc", "jina"],
  ["wss", "jina"],
  ["ws", "jina"],
];

const FIX = "use https:// or http:// with auto or grpc-web or connect or grpc or jina or http, " +
  "grpcs:// or grpc:// with grpc or jina, wss:// or ws:// with jina, or push or satellite without a url";

Deno.test("parseConfig() takes the protocols that go with a URL's scheme, and refuses every other with those that do", () => {
  for (const platform of ["workers", "deno"] as const) {
    for (const [scheme, ...fitting] of PAIRS) {
      for (const protocol of PROTOCOLS) {
        const UPSTREAMS = [{ name: "a", url: `${scheme}://a.acme.com`, protocol }];
        const { registry, problems } = parseConfig({ UPSTREAMS }, platform);
        if (fitting.includes(protocol)) {
          assert.deepEqual(problems, []);
          assert.equal(registry.upstreams[0]?.protocol, protocol);
        } else {
          assert.deepEqual(problems, [
            `Cannot parse UPSTREAMS[0].protocol "${protocol}" of upstream "a": no protocol for ${scheme}://; ${FIX}`,
          ]);
        }
      }
    }
  }
});

Deno.test("parseConfig() takes the first protocol that goes with a URL's scheme when none is set", () => {
  for (const [scheme, first] of PAIRS) {
    const { registry } = parseConfig({ UPSTREAMS: [{ name: "a", url: `${scheme}://a.acme.com` }] }, "workers");
    assert.equal(registry.upstreams[0]?.protocol, first, scheme);
  }
});

Deno.test("parseConfig() refuses a scheme that no protocol goes with, at the URL", () => {
  for (const scheme of ["ftp", "constructor"]) {
    const UPSTREAMS = [{ name: "a", url: `${scheme}://a.acme.com`, protocol: "grpc" }];
    assert.deepEqual(parseConfig({ UPSTREAMS }, "deno").problems, [
      `Cannot parse UPSTREAMS[0].url "${scheme}://a.acme.com" of upstream "a": ${scheme}:// is no scheme of an upstream; ${FIX}`,
    ]);
  }
});

Deno.test("parseConfig() refuses a protocol that is none, whatever the URL", () => {
  const rows = [["https://a.acme.com", "no protocol for https://"], ["a.acme.com", "no protocol"]];
  for (const [url, state] of rows) {
    for (const protocol of ["Connect", "toString", 7, null]) {
      const shown = protocol === null ? "" : ` ${JSON.stringify(protocol)}`;
      const { problems } = parseConfig({ UPSTREAMS: [{ name: "a", url, protocol }] }, "deno");
      assert.equal(problems.at(-1), `Cannot parse UPSTREAMS[0].protocol${shown} of upstream "a": ${state}; ${FIX}`);
    }
  }
});

Deno.test("parseConfig() judges no field by a URL or a protocol that it could not read", () => {
  const rest = { kind: "executor", codec: "json", services: ["*"], method: "HEAD", authority: "x", expectStatus: 200 };
  for (const wrong of [{ url: "a.acme.com" }, { protocol: "gprc" }]) {
    const UPSTREAMS = [{ name: "a", url: "https://a.acme.com", ...rest, ...wrong }];
    const { problems } = parseConfig({ UPSTREAMS }, "deno");
    assert.deepEqual(problems.map((problem) => problem.split(" ")[2]), [`UPSTREAMS[0].${Object.keys(wrong)[0]}`]);
  }
});
