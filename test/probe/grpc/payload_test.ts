import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeSettings, encodeSettings, unpad } from "../../../src/probe/grpc/payload.ts";
import { FLAG, FRAME_TYPE, SETTING } from "../../../src/probe/grpc/protocol.ts";
import { hex } from "./hex.ts";

const { DATA, HEADERS } = FRAME_TYPE;
const PADDED_PRIORITY = FLAG.PADDED | FLAG.PRIORITY;

function unpadded(type: number, flags: number, payload: string): number[] | undefined {
  const bytes = unpad({ type, flags, streamId: 1, payload: new Uint8Array(hex(payload)) });
  return bytes && [...bytes];
}

Deno.test("unpad() takes off padding and priority, as far as the flags say", () => {
  assert.deepEqual(unpadded(DATA, 0, "0102"), [1, 2]);
  assert.deepEqual(unpadded(DATA, FLAG.PADDED, "020102 0000"), [1, 2]);
  assert.deepEqual(unpadded(DATA, FLAG.PADDED, "00"), []);
  assert.deepEqual(unpadded(DATA, FLAG.PADDED, "0200 00"), [], "all the rest is padding");
  assert.deepEqual(unpadded(HEADERS, FLAG.PRIORITY, "8000000310 82"), [0x82]);
  assert.deepEqual(unpadded(HEADERS, PADDED_PRIORITY, "01 8000000310 82 00"), [0x82]);
  assert.deepEqual(unpadded(DATA, FLAG.PRIORITY, "0102"), [1, 2], "DATA has no such flag");
});

Deno.test("unpad() refuses padding and priority that do not fit", () => {
  assert.equal(unpadded(DATA, FLAG.PADDED, ""), undefined);
  assert.equal(unpadded(DATA, FLAG.PADDED, "01"), undefined);
  assert.equal(unpadded(DATA, FLAG.PADDED, "0300 00"), undefined);
  assert.equal(unpadded(HEADERS, FLAG.PRIORITY, "80000003"), undefined);
  assert.equal(unpadded(HEADERS, PADDED_PRIORITY, "0180000003 10"), undefined);
});

Deno.test("encodeSettings() writes RFC 9113 §6.5.1", () => {
  const bytes = encodeSettings([[SETTING.ENABLE_PUSH, 0], [SETTING.INITIAL_WINDOW_SIZE, 2 ** 32 - 1]]);
  assert.deepEqual(bytes, hex("0002 00000000 0004 ffffffff"));
});

Deno.test("decodeSettings() gives back what encodeSettings() was given, and refuses any other length", () => {
  const setting = fc.tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(fc.property(fc.array(setting, { maxLength: 5 }), fc.integer({ min: 1, max: 5 }), (settings, extra) => {
    const payload = encodeSettings(settings);
    assert.deepEqual(decodeSettings(payload), settings);
    const longer = new Uint8Array(payload.length + extra);
    longer.set(payload);
    assert.equal(decodeSettings(longer), undefined);
    const inside = new Uint8Array([9, ...payload, 9]).subarray(1, -1);
    assert.deepEqual(decodeSettings(inside), settings, "a view into a larger buffer");
  }));
});
