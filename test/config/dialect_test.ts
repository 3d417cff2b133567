import assert from "node:assert/strict";
import { problemsOf, read } from "./one-upstream.ts";

Deno.test("parseConfig() makes a Jina upstream a flow unless it is called an executor, and no other upstream either", () => {
  for (const url of ["https://a.acme.com", "grpc://a.acme.com", "grpcs://a.acme.com"]) {
    const jina = { url, protocol: "jina" };
    assert.equal(read({ upstream: jina, platform: "workers" }).kind, "flow");
    assert.equal(read({ upstream: { ...jina, kind: "executor" }, platform: "deno" }).kind, "executor");
    assert.ok(!("kind" in read({ upstream: { url }, platform: "workers" })));
  }
  assert.equal(read({ upstream: { url: "wss://a.acme.com" }, platform: "deno" }).kind, "flow");
});

Deno.test("parseConfig() tells what is wrong with a kind, and how to mend it", () => {
  const rows: readonly (readonly [given: object, problem: string])[] = [
    [{ protocol: "jina", kind: "Flow" }, '.kind "Flow": not one of the choices; write "flow" or "executor"'],
    [
      { kind: "flow" },
      `.kind "flow": only jina upstreams have it, and this one's protocol is auto; remove it, or use protocol jina`,
    ],
    [
      { url: "grpc://a.acme.com", kind: "executor" },
      `.kind "executor": only jina upstreams have it, and this one's protocol is grpc; remove it, or use protocol jina`,
    ],
    ...["ws", "wss"].map((scheme) =>
      [
        { url: `${scheme}://a.acme.com`, kind: "executor" },
        `.kind "executor": an executor tells no health over ${scheme}://; use grpc://, grpcs://, http:// or https://`,
      ] as const
    ),
  ];
  for (const [given, problem] of rows) {
    assert.deepEqual(problemsOf({ upstream: { url: "https://a.acme.com", ...given }, platform: "deno" }), [problem]);
  }
});

Deno.test("parseConfig() takes codec json for connect only", () => {
  const url = "https://a.acme.com";
  assert.equal(read({ upstream: { url, protocol: "connect", codec: "json" }, platform: "deno" }).codec, "json");
  const states = {
    auto: "auto asks in binary",
    "grpc-web": "grpc-web is always binary",
    grpc: "grpc is always binary",
    http: "http has no codec",
    jina: "jina has no codec",
  };
  for (const [protocol, state] of Object.entries(states)) {
    assert.equal(read({ upstream: { url, protocol, codec: "proto" }, platform: "deno" }).codec, "proto");
    assert.deepEqual(problemsOf({ upstream: { url, protocol, codec: "json" }, platform: "deno" }), [
      `.codec "json": ${state}; remove it, or set protocol connect`,
    ]);
  }
});
