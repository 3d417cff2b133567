import assert from "node:assert/strict";
import { createHealth, fetchHealth } from "../../src/embed.ts";
import { encodeFrame } from "../../src/wire/grpc-web.ts";
import { encodeHealthCheckResponse } from "../../src/wire/health.ts";
import { createTestClock } from "../support/test-clock.ts";

const CHECK = "/grpc.health.v1.Health/Check";
const JSON_TYPE = { "content-type": "application/json" };

/** Ask a health whose service `acme.Down` fails and `acme.Odd` does not know. */
function ask(path: string, init?: RequestInit): Promise<Response> {
  const health = createHealth({
    checks: { "acme.Up": [() => true], "acme.Down": [() => false], "acme.Odd": [() => undefined] },
    overall: [],
  });
  return fetchHealth(health)(new Request(`http://app.test${path}`, init));
}

for (
  const [path, httpStatus, status] of [
    ["/healthz", 200, "SERVING"],
    ["/?service=acme.Up", 200, "SERVING"],
    ["/healthz?service=acme.Down", 503, "NOT_SERVING"],
    ["/healthz?service=acme.Odd", 503, "UNKNOWN"],
    ["/healthz?service=acme.Nobody", 404, "SERVICE_UNKNOWN"],
  ] as const
) {
  Deno.test(`fetchHealth() answers GET ${path} with ${httpStatus}`, async () => {
    const got = await ask(path);
    assert.equal(got.status, httpStatus);
    assert.deepEqual(await got.json(), { status });
    assert.equal(got.headers.get("cache-control"), "no-store");
    const head = await ask(path, { method: "HEAD" });
    assert.equal(head.status, httpStatus);
    assert.equal(await head.text(), "");
  });
}

Deno.test("fetchHealth() takes GET and HEAD only beside the RPCs", async () => {
  const response = await ask("/healthz", { method: "POST" });
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "GET, HEAD");
});

Deno.test("P13: fetchHealth() answers Connect JSON under any prefix", async () => {
  const post = (service: string) =>
    ask(`/api/v1${CHECK}`, { method: "POST", headers: JSON_TYPE, body: JSON.stringify({ service }) });
  const known = await post("acme.Up");
  assert.deepEqual([known.status, await known.json()], [200, { status: "SERVING" }]);
  const unknown = await post("acme.Nobody");
  assert.deepEqual([unknown.status, (await unknown.json()).code], [404, "not_found"]);
});

Deno.test("fetchHealth() refuses native gRPC, and requests that are too long", async () => {
  const native = await ask(CHECK, { method: "POST", headers: { "content-type": "application/grpc" }, body: "" });
  assert.equal(native.status, 415);
  const body = JSON.stringify({ service: "x".repeat(70_000) });
  const long = await ask(CHECK, { method: "POST", headers: JSON_TYPE, body });
  assert.deepEqual([long.status, (await long.json()).code], [429, "resource_exhausted"]);
});

Deno.test("fetchHealth() tells a caller whose deadline passes that it did", async () => {
  const health = createHealth({ clock: createTestClock(), overall: [() => new Promise<boolean>(() => {})] });
  const answer = fetchHealth(health);
  const headers = { ...JSON_TYPE, "connect-timeout-ms": "20" };
  const response = await answer(new Request(`http://app.test${CHECK}`, { method: "POST", headers, body: "{}" }));
  assert.deepEqual([response.status, (await response.json()).code], [504, "deadline_exceeded"]);
  health.close();
});

Deno.test("fetchHealth() stops a Watch when its reader goes away", async () => {
  const clock = createTestClock();
  const answer = fetchHealth(createHealth({ clock, overall: [() => true] }));
  const headers = { "content-type": "application/grpc-web+proto" };
  const request = { method: "POST", headers, body: encodeFrame(new Uint8Array()) };
  const response = await answer(new Request("http://app.test/grpc.health.v1.Health/Watch", request));
  const reader = response.body?.getReader();
  assert.deepEqual((await reader?.read())?.value, encodeFrame(encodeHealthCheckResponse(1)));
  assert.equal(clock.sleepers(), 1);
  await reader?.cancel();
  assert.equal(clock.sleepers(), 0);
});
