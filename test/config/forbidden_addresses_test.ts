import assert from "node:assert/strict";
import fc from "fast-check";
import { Miniflare } from "miniflare";
import { parseConfig } from "../../src/config.ts";
import { addressProblem } from "../../src/core/address.ts";
import { endpointOf } from "../../src/core/endpoint.ts";
import type { Platform } from "../../src/core/knobs.ts";
import { bundle } from "../support/bundle.ts";
import { anyHost, FORBIDDEN, PUBLIC, PUBLIC_ADDRESSES, SCHEMES } from "./addresses.ts";

const PLATFORMS: readonly Platform[] = ["workers", "deno"];

function configOf(url: string, platform: Platform, more: object = {}) {
  return parseConfig({ UPSTREAMS: [{ name: "a", url, ...more }] }, platform);
}

for (const [what, hosts] of Object.entries(FORBIDDEN)) {
  Deno.test(`parseConfig() refuses ${what} under every scheme, on both platforms`, () => {
    for (const host of hosts) {
      for (const scheme of SCHEMES) {
        for (const platform of PLATFORMS) {
          const { problems, registry } = configOf(`${scheme}://${host}`, platform);
          assert.ok(problems.length > 0, `${scheme}://${host} on ${platform}`);
          assert.deepEqual(registry.upstreams, []);
        }
      }
    }
  });
}

Deno.test("parseConfig() is asked about more than a hundred spellings", () => {
  assert.ok(new Set(Object.values(FORBIDDEN).flat()).size > 200);
});

Deno.test("parseConfig() refuses a forbidden address with any port and path", () => {
  for (const host of ["127.1", "[::1]", "localhost", "0xA9FEA9FE", "metadata.google.internal"]) {
    for (const rest of [":1", ":80", ":443/latest/meta-data", ":65535/", "/..", "/@acme.com", "/%2f"]) {
      assert.equal(configOf(`http://${host}${rest}`, "deno").problems.length, 1, host + rest);
    }
  }
});

Deno.test("parseConfig() takes public names under every scheme, whatever they look like", () => {
  for (const host of PUBLIC) {
    for (const scheme of SCHEMES) {
      for (const platform of PLATFORMS) {
        assert.deepEqual(configOf(`${scheme}://${host}`, platform).problems, [], `${scheme}://${host} on ${platform}`);
      }
    }
  }
});

Deno.test("parseConfig() takes public addresses, those next to a forbidden range too", () => {
  for (const host of PUBLIC_ADDRESSES) {
    for (const scheme of SCHEMES) assert.deepEqual(configOf(`${scheme}://${host}`, "deno").problems, [], host);
  }
});

Deno.test("what parseConfig() takes is dialled as what it judged: an address in its one form, or a plain name", () => {
  fc.assert(
    fc.property(anyHost, fc.constantFrom(...SCHEMES), (host, scheme) => {
      const [upstream] = configOf(`${scheme}://${host}`, "deno").registry.upstreams;
      if (upstream === undefined) return;
      const { hostname } = endpointOf(upstream.url);
      // `fetch` is given the URL, and of `grpc://` the same as `http://`.
      assert.equal(new URL(upstream.url.replace(/^\w+:/, "http:")).hostname.replace(/^\[|\]$/g, ""), hostname);
      assert.match(hostname, /^[a-z0-9_-]+(\.[a-z0-9_-]+)+\.?$|^[0-9a-f:]+$/);
      assert.equal(addressProblem(upstream.url), undefined);
    }),
    { numRuns: 20_000 },
  );
});

const READER = `
  import { parseConfig } from "../../src/config.ts";
  export default {
    async fetch(request) {
      const urls = await request.json();
      return Response.json(urls.map((url) => parseConfig({ UPSTREAMS: [{ name: "a", url }] }, "deno")));
    },
  };
`;

Deno.test({
  name: "parseConfig() reads every spelling on workerd, whose URL is another, as it does on Deno",
  // workerd is a process of its own, which the sanitizers take for a leak.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const hosts = [
      ...Object.values(FORBIDDEN).flat(),
      ...PUBLIC,
      ...PUBLIC_ADDRESSES,
      ...fc.sample(anyHost, { numRuns: 3_000, seed: 7 }),
    ];
    const urls = hosts.flatMap((host) => ["https", "grpc"].map((scheme) => `${scheme}://${host}`));
    const script = await bundle(READER, import.meta.url);
    const worker = new Miniflare({ modules: true, compatibilityDate: "2026-07-30", script });
    try {
      const answer = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(urls) });
      const read = await answer.json() as { registry: unknown; problems: unknown }[];
      assert.equal(read.length, urls.length);
      for (const [i, url] of urls.entries()) {
        const { registry, problems } = parseConfig({ UPSTREAMS: [{ name: "a", url }] }, "deno");
        // What is undefined is not in JSON.
        assert.deepEqual(read[i]?.registry, JSON.parse(JSON.stringify(registry)), url);
        assert.deepEqual(read[i]?.problems, problems, url);
      }
    } finally {
      await worker.dispose();
    }
  },
});
