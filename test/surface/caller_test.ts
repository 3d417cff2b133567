import fc from "fast-check";
import assert from "node:assert/strict";
import { createCallerReader } from "../../src/surface/caller.ts";
import { createTokenCheck } from "../../src/surface/token.ts";
import { answered, fixedLoad, reportOn } from "../support/reports.ts";
import { READ_TOKEN, surfaces } from "../support/surfaces.ts";

const report = reportOn([{ name: "checkout", state: answered("SERVING") }]);
const CHECK = "/grpc.health.v1.Health/Check";
const json = { "content-type": "application/json" };

function read(headers: Record<string, string>, query = "", token: string | undefined = READ_TOKEN) {
  return createCallerReader({ readToken: token })(new Request(`http://rollcall.test/dry_run${query}`, { headers }));
}

function deadlineMs(headers: Record<string, string>, query = ""): number | undefined {
  const reading = read(headers, query);
  assert.equal(reading.kind, "caller", JSON.stringify(reading));
  return reading.kind === "caller" ? reading.caller.options.deadlineMs : undefined;
}

Deno.test("a caller's timeout becomes the deadline", () => {
  const grpc = (timeout: string) => deadlineMs({ "grpc-timeout": timeout });
  assert.equal(grpc("1S"), 1_000);
  assert.equal(grpc("800m"), 800);
  assert.equal(grpc("900000u"), 900);
  assert.equal(grpc("99999999n"), 99.999999);
  assert.equal(grpc("2M"), 120_000);
  assert.equal(grpc("1H"), 3_600_000);
  assert.equal(grpc("0m"), 0);
  assert.equal(deadlineMs({ "connect-timeout-ms": "700" }), 700);
  assert.equal(deadlineMs({}, "?timeout=700"), 700);
  assert.equal(deadlineMs({}, "?timeout=1.5s"), 1_500);
  assert.equal(deadlineMs({}, "?timeout=500ms&whatever=1"), 500);
  assert.equal(deadlineMs({}, "?timeout=20ms"), 20);
  assert.equal(deadlineMs({}), undefined);
});

Deno.test("a caller says how many Rollcalls it came through; nonsense counts as none", () => {
  const hops = (text: string) => {
    const reading = read({ "rollcall-hops": text });
    return reading.kind === "caller" ? reading.caller.options.hops ?? 0 : undefined;
  };
  assert.deepEqual(["1", "2", "999", "0", "", "-1", "1.5", "many", "1000"].map(hops), [1, 2, 999, 0, 0, 0, 0, 0, 0]);
});

Deno.test("the shortest of several timeouts counts", () => {
  assert.equal(deadlineMs({ "grpc-timeout": "2S", "connect-timeout-ms": "900" }, "?timeout=1s"), 900);
});

const MALFORMED: readonly (readonly [string, string, Record<string, string>])[] = [
  ...["", "5", "1s", "123456789m", "-1S", "1.5S", "S"].map((text) =>
    ["grpc-timeout", "", { "grpc-timeout": text }] as const
  ),
  ...["", "1s", "-1", "12345678901", "1e3"].map((text) =>
    ["connect-timeout-ms", "", { "connect-timeout-ms": text }] as const
  ),
  ...["", "0", "0s", "soon", "-5", "1h", "1e3", "9999999999"].map((text) =>
    ["timeout", `?timeout=${text}`, {}] as const
  ),
];

for (const [field, query, headers] of MALFORMED) {
  Deno.test(`a timeout that cannot be read is refused by name: ${field} ${query}${JSON.stringify(headers)}`, async () => {
    const answer = await surfaces(report)(`/dry_run${query}`, { headers });
    assert.equal(answer.status, 400);
    assert.match((await answer.json()).error, new RegExp(`^Cannot read ${field} ".*": write `));
    const rpc = await surfaces(report)(CHECK + query, { method: "POST", headers: { ...json, ...headers }, body: "{}" });
    assert.deepEqual([rpc.status, (await rpc.json()).code], [400, "invalid_argument"]);
  });
}

Deno.test("Cache-Control: no-cache or no-store forces a refresh, other directives do not", () => {
  const isForced = (value: string) => {
    const reading = read({ "cache-control": value });
    return reading.kind === "caller" && reading.caller.options.isForced === true;
  };
  for (const value of ["no-cache", "No-Cache", "no-store", "max-age=0, no-cache", "no-cache,no-store"]) {
    assert.ok(isForced(value), value);
  }
  for (const value of ["max-age=0", "only-if-cached", "x-no-cache", "no-cached", ""]) {
    assert.ok(!isForced(value), value);
  }
});

Deno.test("the read token makes a caller trusted; no token, another scheme or none configured leaves a stranger", () => {
  const trust = (authorization: string | undefined, token?: string) => {
    const reading = read(authorization === undefined ? {} : { authorization }, "", token);
    return reading.kind === "caller" ? reading.caller.isTrusted : reading.refusal.reason;
  };
  assert.equal(trust(`Bearer ${READ_TOKEN}`, READ_TOKEN), true);
  assert.equal(trust(`bearer  ${READ_TOKEN}`, READ_TOKEN), true);
  assert.equal(trust(undefined, READ_TOKEN), false);
  assert.equal(trust("Basic dXNlcjpwYXNz", READ_TOKEN), false);
  assert.equal(trust(READ_TOKEN, READ_TOKEN), false);
  assert.equal(trust("Bearer ", READ_TOKEN), false);
  for (const wrong of ["x", READ_TOKEN.slice(1), `${READ_TOKEN}x`, READ_TOKEN.toUpperCase()]) {
    assert.equal(trust(`Bearer ${wrong}`, READ_TOKEN), "bad_token", wrong);
  }
});

Deno.test("without a configured token every caller is a stranger, whatever it sends", async () => {
  for (const readToken of [undefined, ""]) {
    const { load, asked } = fixedLoad(report);
    const ask = surfaces(load, { readToken });
    for (const token of ["x", "undefined", ""]) {
      assert.equal((await ask("/dry_run", { headers: { authorization: `Bearer ${token}` } })).status, 200);
    }
    assert.ok(asked.every(({ isTrusted }) => isTrusted !== true));
  }
});

Deno.test("a wrong token gets 401 over HTTP and unauthenticated over RPC, and no report is loaded", async () => {
  const { load, asked } = fixedLoad(report);
  const ask = surfaces(load);
  const authorization = "Bearer wrong";
  for (const path of ["/dry_run", "/health"]) {
    const answer = await ask(path, { headers: { authorization } });
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer /);
    assert.deepEqual(Object.keys(await answer.json()), ["error"]);
  }
  const connect = await ask(CHECK, { method: "POST", headers: { ...json, authorization }, body: "{}" });
  assert.deepEqual([connect.status, (await connect.json()).code], [401, "unauthenticated"]);
  assert.match(connect.headers.get("www-authenticate") ?? "", /^Bearer /);
  const headers = { "content-type": "application/grpc-web", authorization };
  const web = await ask(CHECK, { method: "POST", headers, body: new Uint8Array(5) });
  assert.match(await web.text(), /grpc-status: 16/);
  assert.deepEqual(asked, []);
});

Deno.test("what a caller asks reaches load, over HTTP and over RPC alike", async () => {
  const headers = {
    authorization: `Bearer ${READ_TOKEN}`,
    "cache-control": "no-cache",
    "connect-timeout-ms": "1000",
    "rollcall-hops": "1",
  };
  const { load, asked } = fixedLoad(report);
  const ask = surfaces(load);
  await ask("/dry_run", { headers });
  await ask("/health", { headers });
  await ask(CHECK, { method: "POST", headers: { ...headers, ...json }, body: "{}" });
  await ask(CHECK, {
    method: "POST",
    headers: { ...headers, "content-type": "application/proto" },
    body: new Uint8Array(),
  });
  await ask("/jina.JinaGatewayDryRunRPC/dry_run", { method: "POST", headers: { ...headers, ...json }, body: "{}" });
  assert.deepEqual(asked, Array(5).fill({ isTrusted: true, isForced: true, hops: 1, deadlineMs: 1_000 }));
});

Deno.test("an answer that comes before the caller's timeout is not cut by connect-es's own timer", async () => {
  const slow = surfaces(() => new Promise((resolve) => setTimeout(() => resolve(report), 5)));
  const headers = { ...json, "connect-timeout-ms": "1" };
  const answer = await slow(CHECK, { method: "POST", headers, body: "{}" });
  assert.deepEqual([answer.status, await answer.json()], [200, { status: "SERVING" }]);
});

Deno.test("createTokenCheck() takes the secret and nothing else", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), fc.string(), (secret, given) => {
    const isSecret = createTokenCheck(secret);
    assert.ok(isSecret(secret));
    assert.equal(isSecret(given), given === secret);
  }));
  const isSecret = createTokenCheck("a\0");
  for (const near of ["a", "a\0\0", "", "\0a"]) assert.ok(!isSecret(near));
});
