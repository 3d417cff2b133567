import assert from "node:assert/strict";
import { problemsOf, read } from "./one-upstream.ts";

const GRPC = { url: "grpc://a.acme.com" };

Deno.test("parseConfig() watches an upstream only when it says so", () => {
  for (const upstream of [GRPC, { ...GRPC, watch: false }, { ...GRPC, watch: "no" }]) {
    for (const platform of ["workers", "deno"] as const) assert.ok(!("isWatched" in read({ upstream, platform })));
  }
  const url = "https://a.acme.com";
  for (const upstream of [GRPC, ...["grpc", "grpc-web", "connect"].map((protocol) => ({ url, protocol }))]) {
    const watched = { ...upstream, services: ["", "acme.Cart"], watch: "true" };
    assert.equal(read({ upstream: watched, platform: "deno" }).isWatched, true);
  }
});

Deno.test("parseConfig() tells why an upstream cannot be watched, and how to mend it", () => {
  const fix = "remove it, or set protocol grpc or grpc-web or connect";
  const rows: readonly (readonly [given: object, problem: string])[] = [
    [{ url: "https://a.acme.com" }, `.watch true: auto does not say how to watch; ${fix}`],
    [{ url: "https://a.acme.com", protocol: "http" }, `.watch true: http has no Watch; ${fix}`],
    [{ url: "ws://a.acme.com" }, `.watch true: jina has no Watch; ${fix}`],
    [
      { ...GRPC, services: "*" },
      ".watch true: discovered services are not watched; remove it, or name the services",
    ],
    [{ ...GRPC, watch: "perhaps" }, '.watch "perhaps": not a boolean; write true or false'],
  ];
  for (const [given, problem] of rows) {
    assert.deepEqual(problemsOf({ upstream: { watch: true, ...given }, platform: "deno" }), [problem]);
  }
  assert.deepEqual(problemsOf({ upstream: { ...GRPC, watch: true }, platform: "workers" }), [
    ".watch true: a Worker cannot keep a stream open; remove it, or run on Deno",
  ]);
});
