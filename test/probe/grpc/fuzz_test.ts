import assert from "node:assert/strict";
import fc from "fast-check";
import type { CallResult } from "../../../src/probe/grpc/call.ts";
import { encodeFrame } from "../../../src/probe/grpc/frames.ts";
import { createHarness } from "./harness.ts";
import { answer, join, OK_HEAD, OK_TRAILERS, say, SERVING } from "./memory-peer.ts";

/** Longest that may come of a call, whatever the peer says. */
const BODY_MAX_BYTES = 65_536;

/** Frames that a peer might mean, and such as no peer means. */
const byte = fc.integer({ min: 0, max: 255 });
const streamId = fc.oneof(fc.constant(1), fc.constant(1), fc.constantFrom(0, 2, 3, 5), fc.nat());
const anyFrame = fc.record({
  type: fc.oneof(fc.integer({ min: 0, max: 9 }), byte),
  flags: byte,
  streamId,
  payload: fc.uint8Array({ maxLength: 60 }),
}).map(encodeFrame);
const meantFrame = fc.oneof(
  fc.constantFrom(
    answer(1),
    say.settings(),
    say.headers(1, OK_HEAD),
    say.headers(1, OK_HEAD, 1),
    say.headers(1, OK_TRAILERS, 1),
    say.data(1, SERVING),
    say.data(1, new Uint8Array(16_384)),
    say.ping(new Uint8Array(8)),
  ),
  fc.tuple(streamId, fc.nat()).map(([id, n]) => say.window(id, n)),
  fc.tuple(streamId, fc.nat({ max: 15 })).map(([id, code]) => say.reset(id, code)),
  fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 15 })).map(([id, code]) => say.goaway(id, code)),
  fc.array(fc.tuple(fc.nat({ max: 7 }), fc.nat()), { maxLength: 4 }).map((settings) => say.settings(...settings)),
);
const said = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.oneof(meantFrame, anyFrame), { maxLength: 12 }).map((frames) => join(...frames)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);

/** A good conversation with some of its bytes changed, which goes deeper than arbitrary frames do. */
const spoilt = fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 6 }).map((changes) => {
  const bytes = join(say.settings([3, 100]), answer(1));
  for (const [at, value] of changes) bytes[at % bytes.length] = value;
  return bytes;
});

/** The bytes in arbitrary pieces. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.slice(places[index], end)).filter(({ length }) => length > 0);
}

/** Play a peer that says these bytes and then ends; what became of the call. */
async function play(bytes: Uint8Array, cuts: readonly number[]): Promise<CallResult> {
  const { client, begin, settle, clock } = createHarness();
  const { connection, result } = await begin();
  for (const piece of pieces(bytes, cuts)) {
    if (connection.isClosed()) break;
    connection.send(piece);
    await settle();
  }
  if (!connection.isClosed()) connection.end();
  const ended = await result;
  client.close();
  assert.equal(clock.sleepers(), 0);
  return ended;
}

Deno.test("unary() ends as a value whatever the peer says, in whatever pieces, and keeps no more than it may", async () => {
  const cuts = fc.array(fc.nat(), { maxLength: 6 });
  const greeted = said.map((bytes) => join(say.settings(), bytes));
  await fc.assert(
    fc.asyncProperty(fc.oneof(said, greeted, greeted, spoilt), cuts, async (bytes, cuts) => {
      const result = await play(bytes, cuts);
      if (result.kind !== "reply") return;
      assert.ok(result.body.length <= BODY_MAX_BYTES);
      assert.ok(result.httpStatus >= 200 && result.httpStatus <= 999);
    }),
    { numRuns: 600 },
  );
});

Deno.test("unary() ends alike in whatever pieces the peer's words come", async () => {
  const bytes = join(say.settings(), say.ping(new Uint8Array(8)), answer(1));
  const whole = await play(bytes, []);
  assert.equal(whole.kind, "reply");
  for (let cut = 1; cut < bytes.length; cut++) assert.deepEqual(await play(bytes, [cut]), whole);
  assert.deepEqual(await play(bytes, [...bytes.keys()]), whole);
});

Deno.test("unary() ends when the peer's words break off anywhere", async () => {
  const bytes = join(say.settings(), answer(1));
  for (let end = 0; end < bytes.length; end++) {
    const result = await play(bytes.slice(0, end), []);
    assert.ok(result.kind === "fault" && result.failure === "unavailable", `after ${end} bytes`);
  }
});

Deno.test("unary() ends when its signal aborts at any moment of the peer's words", async () => {
  const bytes = join(say.settings(), answer(1));
  for (let end = 0; end < bytes.length; end += 3) {
    const { client, begin, settle, clock } = createHarness();
    const abort = new AbortController();
    const { connection, result } = await begin({ signal: abort.signal });
    if (end > 0) connection.send(bytes.slice(0, end));
    await settle();
    abort.abort(new Error("too late"));
    await assert.rejects(result, /too late/);
    await settle();
    assert.ok(connection.isClosed());
    client.close();
    assert.equal(clock.sleepers(), 0);
  }
});
