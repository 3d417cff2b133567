import assert from "node:assert/strict";
import type { Platform } from "../../src/core/knobs.ts";
import { problemsOf, read } from "./one-upstream.ts";

Deno.test("parseConfig() gives no authority to an upstream that sets none", () => {
  assert.ok(!("authority" in read({ upstream: { url: "grpc://a.acme.com" }, platform: "workers" })));
});

Deno.test("parseConfig() takes an authority wherever the platform can send one", () => {
  const rows: readonly (readonly [platform: Platform, url: string, protocol: string, isTaken: boolean])[] = [
    ["workers", "grpc", "grpc", true],
    ["workers", "grpc", "jina", true],
    ["workers", "http", "grpc", true],
    ["workers", "https", "grpc", false],
    ["workers", "grpcs", "grpc", false],
    ["workers", "http", "auto", false],
    ["workers", "http", "jina", false],
    ["workers", "ws", "jina", false],
    ["deno", "https", "auto", true],
    ["deno", "https", "http", true],
    ["deno", "grpcs", "grpc", true],
    ["deno", "ws", "jina", true],
  ];
  for (const [platform, scheme, protocol, isTaken] of rows) {
    const upstream = { url: `${scheme}://a.acme.com`, protocol, authority: "b" };
    const problem = '.authority "b": a Worker can send it in native gRPC without TLS only; remove it, or use grpc://';
    assert.deepEqual(problemsOf({ upstream, platform }), isTaken ? [] : [problem], `${platform} ${scheme} ${protocol}`);
  }
});

Deno.test("parseConfig() reads an authority as it is written", () => {
  for (const authority of ["checkout.internal", "Checkout:8443", "10.0.0.1:1", "[::1]:65535", "[::1]", "svc_name"]) {
    assert.equal(read({ upstream: { url: "grpc://a.acme.com", authority }, platform: "deno" }).authority, authority);
  }
});

Deno.test("parseConfig() tells what is wrong with an authority, and how to mend it", () => {
  const problem = "no host; write host or host:port, as checkout.internal:8443";
  for (
    const authority of ["a:", "a:0", "a:65536", "a:b", ":80", "a/b", "a b", "u@a", "https://a", "a?b", "a#b", "a\\b"]
  ) {
    const upstream = { url: "grpc://a.acme.com", authority };
    assert.deepEqual(problemsOf({ upstream, platform: "deno" }), [
      `.authority ${JSON.stringify(authority)}: ${problem}`,
    ]);
  }
  const upstream = { url: "grpc://a.acme.com", authority: 5 };
  assert.deepEqual(problemsOf({ upstream, platform: "deno" }), [".authority 5: not text; write it in quotes"]);
});
