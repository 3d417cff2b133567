import fc from "fast-check";
import assert from "node:assert/strict";
import { createConnectRpcs } from "../../src/surface/connect.ts";
import { hotCheck } from "../../src/surface/hot-check.ts";
import { CHECK_PATH } from "../../src/surface/plain-check.ts";
import { encodeFrame } from "../../src/wire/grpc-web.ts";
import { encodeHealthCheckRequest } from "../../src/wire/health.ts";
import { answered, failed, fixedLoad, reportOn } from "../support/reports.ts";
import { settings, surfaces } from "../support/surfaces.ts";

const report = reportOn([
  { name: "up", services: ["", "acme.Ünïcode"], state: answered("SERVING") },
  { name: "down", state: failed("unavailable") },
  { name: "odd", state: answered("UNKNOWN") },
]);
const reference = createConnectRpcs(settings()).find(({ path }) => path === CHECK_PATH);
assert.ok(reference);

const WEB = ["application/grpc-web", "application/grpc-web+proto"];
const PROTO = ["application/proto"];

/** Both answers to one request; the hot one is undefined where it declines. */
async function bothAnswers(headers: Record<string, string>, body: Uint8Array) {
  const { load } = fixedLoad(report);
  const call = { load, caller: { role: "stranger", isTrusted: false, options: {} } as const };
  const sent = {
    method: "POST",
    url: `http://rollcall.test${CHECK_PATH}`,
    headers: new Headers(headers),
    body,
  };
  const hot = await hotCheck(sent, call);
  const other = await reference?.answer(sent, call);
  assert.ok(other);
  return { hot: hot === undefined ? undefined : await seen(hot), reference: await seen(other) };
}

async function seen(answer: Response) {
  const { "content-length": length, ...headers } = Object.fromEntries(answer.headers);
  const body = [...await answer.bytes()];
  assert.ok(length === undefined || Number(length) === body.length);
  return { status: answer.status, headers, body };
}

/** Names served, names that are not, and the odd text. */
const name = fc.oneof(
  fc.constantFrom(...report.names.keys()),
  fc.constantFrom("", "nobody", "UP", "\u{1F600}", "\ufeffup"),
  fc.string({ unit: "grapheme", maxLength: 300 }),
);
const plain = name.map(encodeHealthCheckRequest);
/** Bytes that are, and are not quite, a request: unknown fields, wrong types, long forms, cuts, noise. */
const bytes = fc.oneof(
  { weight: 3, arbitrary: plain },
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(plain, fc.uint8Array({ maxLength: 6 })).map(([a, b]) => new Uint8Array([...a, ...b])),
  fc.tuple(plain, fc.nat(10)).map(([a, cut]) => a.subarray(0, Math.max(0, a.length - cut))),
  fc.constantFrom([0x0a, 0], [0x8a, 0, 2, 0x75, 0x70], [0x08, 1], [0x0a, 2, 0xff, 0xfe], [0x12, 1, 0x61], [0x0b, 0x0c])
    .map((list) => Uint8Array.from(list)),
);
const framed = fc.oneof(
  { weight: 4, arbitrary: bytes.map((message) => encodeFrame(message)) },
  bytes,
  fc.tuple(bytes, fc.constantFrom(0x01, 0x80, 0x81, 0x02), fc.boolean()).map(([message, flags, isTwice]) => {
    const frame = encodeFrame(message);
    return isTwice ? new Uint8Array([...frame, ...frame]) : (frame.set([flags]), frame);
  }),
);
const request = fc.oneof(
  fc.tuple(fc.constantFrom(...WEB), framed),
  fc.tuple(fc.constantFrom(...PROTO), bytes),
);

Deno.test("hotCheck() answers byte for byte as connect-es does, or declines", async () => {
  let hotAnswers = 0;
  await fc.assert(
    fc.asyncProperty(request, async ([contentType, body]) => {
      const answers = await bothAnswers({ "content-type": contentType }, body);
      if (answers.hot === undefined) return;
      hotAnswers++;
      assert.deepEqual(answers.hot, answers.reference);
    }),
    { numRuns: 3_000 },
  );
  assert.ok(hotAnswers > 300, `only ${hotAnswers} of 3 000 requests took the direct way`);
});

Deno.test("hotCheck() takes every plain request for a served name, in both protocols", async () => {
  for (const service of report.names.keys()) {
    const message = encodeHealthCheckRequest(service);
    for (const type of WEB) assert.ok((await bothAnswers({ "content-type": type }, encodeFrame(message))).hot, service);
    for (const type of PROTO) assert.ok((await bothAnswers({ "content-type": type }, message)).hot, service);
  }
});

Deno.test("hotCheck() declines what connect-es must judge", async () => {
  const up = encodeHealthCheckRequest("up");
  const declined: readonly (readonly [Record<string, string>, Uint8Array])[] = [
    [{ "content-type": "application/json" }, new TextEncoder().encode("{}")],
    [{ "content-type": "application/grpc-web+json" }, encodeFrame(new TextEncoder().encode("{}"))],
    [{ "content-type": "application/grpc-web", "grpc-encoding": "gzip" }, encodeFrame(up)],
    [{ "content-type": "application/proto", "content-encoding": "gzip" }, up],
    [{ "content-type": "application/grpc-web" }, new Uint8Array()],
    [{ "content-type": "application/proto" }, encodeHealthCheckRequest("nobody")],
  ];
  for (const [headers, body] of declined) {
    assert.equal((await bothAnswers(headers, body)).hot, undefined, JSON.stringify(headers));
  }
});

Deno.test("Check of a name that is not served loads one report, although both ways look for it", async () => {
  let loads = 0;
  const report = reportOn([{ name: "up" }]);
  const ask = surfaces(() => {
    loads++;
    return Promise.resolve(report);
  });
  const answer = await ask(CHECK_PATH, {
    method: "POST",
    headers: { "content-type": "application/proto" },
    body: encodeHealthCheckRequest("nobody"),
  });
  assert.equal(answer.status, 404);
  assert.equal(loads, 1);
});
