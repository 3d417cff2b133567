import assert from "node:assert/strict";
import { answered, reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const ask = surfaces(reportOn([{ name: "checkout", state: answered("SERVING") }]));
const RPCS = [
  "/grpc.health.v1.Health/Check",
  "/grpc.health.v1.Health/List",
  "/grpc.health.v1.Health/Watch",
  "/jina.JinaGatewayDryRunRPC/dry_run",
];
const PATHS = ["/", "/dry_run", "/health", ...RPCS];

Deno.test("an unknown path is 404 and names the paths there are", async () => {
  for (const path of ["/nope", "/dry_run/", "/Health", "/grpc.health.v1.Health/Nope", "/%00", "/health%2f"]) {
    const answer = await ask(path);
    assert.equal(answer.status, 404, path);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const { error } = await answer.json();
    for (const known of PATHS) assert.ok(error.includes(known), known);
  }
});

Deno.test("a method a path does not take is 405 with Allow", async () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ...["/", "/dry_run", "/health"].flatMap((path) =>
      ["POST", "PUT", "DELETE", "PATCH"].map((method) => [method, path, "GET, HEAD, OPTIONS"] as const)
    ),
    ...RPCS.slice(0, 2).map((path) => ["PUT", path, "POST, GET, HEAD, OPTIONS"] as const),
    ...RPCS.slice(2).flatMap((path) =>
      ["GET", "HEAD", "DELETE"].map((method) => [method, path, "POST, OPTIONS"] as const)
    ),
  ];
  for (const [method, path, allow] of cases) {
    const answer = await ask(path, { method });
    assert.deepEqual([answer.status, answer.headers.get("allow")], [405, allow], `${method} ${path}`);
    if (method !== "HEAD") assert.match((await answer.json()).error, new RegExp(`^Cannot ${method} here`));
  }
});

Deno.test("query parameters nobody knows are ignored", async () => {
  assert.equal((await ask("/dry_run?cachebuster=1&timeout_=x")).status, 200);
});

Deno.test("browsers may ask every path: preflight, origin, exposed headers, and no sniffing", async () => {
  for (const path of [...PATHS, "/nope"]) {
    const preflight = await ask(path, {
      method: "OPTIONS",
      headers: { origin: "https://a.example", "access-control-request-method": "POST" },
    });
    assert.equal(preflight.status, 204, path);
    const allowed = (preflight.headers.get("access-control-allow-headers") ?? "").toLowerCase().split(", ");
    for (
      const name of [
        "authorization",
        "cache-control",
        "content-type",
        "x-user-agent",
        "x-grpc-web",
        "grpc-timeout",
        "connect-protocol-version",
        "connect-timeout-ms",
      ]
    ) assert.ok(allowed.includes(name), name);
    assert.deepEqual((preflight.headers.get("access-control-allow-methods") ?? "").split(", "), [
      "GET",
      "HEAD",
      "POST",
    ]);
    for (const method of ["GET", "POST", "PUT"]) {
      const { headers, body } = await ask(path, { method });
      await body?.cancel();
      const exposed = (headers.get("access-control-expose-headers") ?? "").toLowerCase().split(", ");
      for (const name of ["grpc-status", "grpc-message", "etag", "age", "retry-after"]) {
        assert.ok(exposed.includes(name), name);
      }
      assert.equal(headers.get("access-control-allow-origin"), "*", path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    }
  }
});

Deno.test("native gRPC gets 415, in words for people and for gRPC clients, that names the alternatives", async () => {
  for (const path of RPCS) {
    for (
      const type of ["application/grpc", "application/grpc+proto", "application/grpc+json", "application/grpc;x=y"]
    ) {
      const answer = await ask(path, { method: "POST", headers: { "content-type": type }, body: new Uint8Array(5) });
      assert.equal(answer.status, 415);
      assert.equal(answer.headers.get("grpc-status"), "12");
      const { error } = await answer.json();
      for (const way of ["application/grpc-web", "application/proto", "application/json", "/dry_run", "/health"]) {
        assert.ok(error.includes(way), way);
      }
      assert.equal(decodeURIComponent(answer.headers.get("grpc-message") ?? ""), error);
    }
  }
});

Deno.test("a content type or GET encoding nobody reads gets 415 that says what is read", async () => {
  const requests: readonly (readonly [string, RequestInit])[] = [
    ["/grpc.health.v1.Health/Check", { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" }],
    ["/grpc.health.v1.Health/Check", { method: "POST" }],
    ["/grpc.health.v1.Health/Watch", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }],
    ["/grpc.health.v1.Health/Check", {}],
    ["/grpc.health.v1.Health/Check?encoding=xml", {}],
  ];
  for (const [path, init] of requests) {
    const answer = await ask(path, init);
    assert.equal(answer.status, 415, path);
    assert.match((await answer.json()).error, /use gRPC-web/);
  }
});

Deno.test("a bug is a plain 500 without a stack, and one log line", async (t) => {
  const lines: string[] = [];
  const log = console.error;
  console.error = (line: string) => lines.push(line);
  try {
    const broken = surfaces(() => Promise.reject(new Error("secret at file.ts:1")));
    for (const path of ["/dry_run", "/health"]) {
      await t.step(path, async () => {
        const answer = await broken(path);
        assert.equal(answer.status, 500);
        assert.deepEqual(await answer.json(), {
          error: "Cannot answer: an error of Rollcall's own, which its log names",
        });
        assert.equal(answer.headers.get("access-control-allow-origin"), "*");
      });
    }
  } finally {
    console.error = log;
  }
  assert.deepEqual(lines.map((line) => JSON.parse(line).event), ["surface_error", "surface_error"]);
});
