import assert from "node:assert/strict";
import fc from "fast-check";
import {
  createFrameReader,
  encodeFrame,
  type Frame,
  type FrameRead,
  type FrameToSend,
} from "../../../src/probe/grpc/frames.ts";
import { FLAG, FRAME_TYPE } from "../../../src/probe/grpc/protocol.ts";
import { hex } from "./hex.ts";

const MAX = 64;
const byte = fc.integer({ min: 0, max: 255 });
const frame: fc.Arbitrary<Frame> = fc.record({
  type: byte,
  flags: byte,
  streamId: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  payload: fc.uint8Array({ maxLength: MAX }),
}, { noNullPrototype: true });

/** Every frame read from `bytes`, cut at the given places. */
function readInPieces(bytes: Uint8Array, cuts: readonly number[]): readonly FrameRead[] {
  const reader = createFrameReader({ maxPayloadBytes: MAX });
  const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).flatMap((end, index) => reader.read(bytes.slice(places[index], end)));
}

function join(frames: readonly FrameToSend[]): Uint8Array {
  return Uint8Array.from(frames.flatMap((frame) => [...encodeFrame(frame)]));
}

Deno.test("encodeFrame() writes the header of RFC 9113 §4.1", () => {
  const payload = hex("0102");
  assert.deepEqual(
    encodeFrame({ type: FRAME_TYPE.HEADERS, flags: FLAG.END_HEADERS, streamId: 0x01020304, payload }),
    hex("000002 01 04 01020304 0102"),
  );
  assert.deepEqual(encodeFrame({ type: FRAME_TYPE.SETTINGS, flags: FLAG.ACK }), hex("000000 04 01 00000000"));
  const long = encodeFrame({ type: 0xff, payload: new Uint8Array(0x812345) });
  assert.deepEqual(long.subarray(0, 9), hex("812345 ff 00 00000000"));
});

Deno.test("createFrameReader() gives back the frames that were encoded, in whatever pieces", () => {
  fc.assert(fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), (frames, cuts) => {
    const bytes = join(frames);
    const reads = readInPieces(bytes, cuts.map((cut) => cut % (bytes.length + 1)));
    assert.deepEqual(reads, frames.map((frame) => ({ kind: "frame", frame })));
  }));
});

Deno.test("createFrameReader() gives the same frames when the bytes are cut at every place, and one by one", () => {
  const frames = [
    { type: FRAME_TYPE.SETTINGS, flags: 0, streamId: 0, payload: hex("000300000064") },
    { type: FRAME_TYPE.SETTINGS, flags: FLAG.ACK, streamId: 0, payload: hex("") },
    { type: FRAME_TYPE.HEADERS, flags: FLAG.END_HEADERS, streamId: 1, payload: hex("88") },
  ];
  const bytes = join(frames);
  const whole = readInPieces(bytes, []);
  assert.equal(whole.length, frames.length);
  for (let cut = 0; cut <= bytes.length; cut++) assert.deepEqual(readInPieces(bytes, [cut]), whole);
  assert.deepEqual(readInPieces(bytes, [...bytes.keys()]), whole);
});

Deno.test("createFrameReader() returns an empty frame with its header's last byte, and drops the reserved bit", () => {
  const reader = createFrameReader({ maxPayloadBytes: MAX });
  assert.deepEqual(reader.read(hex("000000 04 01 800000")), []);
  assert.deepEqual(reader.read(hex("05")), [
    { kind: "frame", frame: { type: FRAME_TYPE.SETTINGS, flags: FLAG.ACK, streamId: 5, payload: new Uint8Array() } },
  ]);
});

Deno.test("createFrameReader() copies payloads, so that the caller may use its buffer again", () => {
  const reader = createFrameReader({ maxPayloadBytes: MAX });
  const buffer = encodeFrame({ type: FRAME_TYPE.DATA, streamId: 1, payload: hex("0102") });
  const [first] = reader.read(buffer);
  buffer.fill(0xff);
  assert.ok(first?.kind === "frame");
  assert.deepEqual(first.frame.payload, hex("0102"));
});

Deno.test("createFrameReader() gives up at the header of a frame that is too long, and reads nothing behind it", () => {
  const reader = createFrameReader({ maxPayloadBytes: MAX });
  const fine = encodeFrame({ type: FRAME_TYPE.DATA, payload: new Uint8Array(MAX) });
  assert.deepEqual(reader.read(fine).map(({ kind }) => kind), ["frame"]);
  const header = encodeFrame({ type: FRAME_TYPE.DATA, payload: new Uint8Array(MAX + 1) }).subarray(0, 9);
  assert.deepEqual(reader.read(header), [{ kind: "oversize", type: FRAME_TYPE.DATA, payloadBytes: MAX + 1 }]);
  assert.deepEqual(reader.read(fine), []);
});

Deno.test("createFrameReader() tells an HTTP/1 answer, in whatever pieces, at the very start only", () => {
  const answer = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  for (let cut = 0; cut <= answer.length; cut++) assert.deepEqual(readInPieces(answer, [cut]), [{ kind: "http1" }]);
  const late = Uint8Array.of(...encodeFrame({ type: FRAME_TYPE.SETTINGS }), ...answer);
  assert.deepEqual(readInPieces(late, []).map(({ kind }) => kind), ["frame", "oversize"]);
  const large = createFrameReader({ maxPayloadBytes: 2 ** 24 - 1 });
  assert.deepEqual(large.read(answer), [{ kind: "http1" }], "even where such a frame would be allowed");
});

Deno.test("createFrameReader() takes arbitrary bytes in arbitrary pieces without throwing, and as it takes them whole", () => {
  const short = fc.tuple(fc.constantFrom(0, 0, 0, 1), fc.constant(0), fc.nat({ max: MAX + 10 })).map((length) =>
    length
  );
  const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), short.map((length) => Uint8Array.from(length))))
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
      const reads = readInPieces(bytes, cuts.map((cut) => cut % (bytes.length + 1)));
      assert.deepEqual(reads, readInPieces(bytes, []));
      const read = reads.flatMap((read) => read.kind === "frame" ? [read.frame] : []);
      assert.ok(read.every(({ payload }) => payload.length <= MAX));
      assert.ok(read.reduce((sum, { payload }) => sum + 9 + payload.length, 0) <= bytes.length);
      assert.ok(reads.slice(0, -1).every(({ kind }) => kind === "frame"), "nothing follows a refusal");
    }),
    { numRuns: 300 },
  );
});

Deno.test("createFrameReader() reads a long frame byte by byte", () => {
  const reader = createFrameReader({ maxPayloadBytes: 2 ** 18 });
  const bytes = encodeFrame({ type: FRAME_TYPE.DATA, payload: new Uint8Array(2 ** 18).fill(7) });
  const reads = Array.from(bytes, (byte) => reader.read(Uint8Array.of(byte)));
  assert.ok(reads.slice(0, -1).every((read) => read.length === 0));
  const [last] = reads.at(-1) ?? [];
  assert.ok(last?.kind === "frame");
  assert.equal(last.frame.payload.length, 2 ** 18);
});
