import assert from "node:assert/strict";
import { trailerParse } from "@connectrpc/connect/protocol-grpc-web";
import fc from "fast-check";
import { decodeFrames, decodeTrailer, encodeFrame, encodeTrailer, grpcStatus } from "../../src/wire/grpc-web.ts";

const text = (data: string) => new TextEncoder().encode(data);

Deno.test("P11: the byte fixtures of gRPC-web frames", () => {
  assert.deepEqual([...encodeFrame(new Uint8Array())], [0, 0, 0, 0, 0]);
  assert.deepEqual([...encodeFrame(new Uint8Array([0x0a, 1, 0x61]))], [0, 0, 0, 0, 3, 0x0a, 1, 0x61]);
  assert.deepEqual([...encodeFrame(new Uint8Array([8, 1]))], [0, 0, 0, 0, 2, 8, 1]);
  assert.deepEqual([...encodeTrailer(0)], [0x80, 0, 0, 0, 16, ...text("grpc-status: 0\r\n")]);
});

Deno.test("decodeFrames() gives back what encodeFrame() was given", () => {
  const frame = fc.record({ payload: fc.uint8Array({ maxLength: 50 }), isTrailer: fc.boolean() });
  fc.assert(fc.property(fc.array(frame, { maxLength: 5 }), (frames) => {
    const body = frames.flatMap((f) => [...encodeFrame(f.payload, f.isTrailer ? "trailer" : "message")]);
    const decoded = decodeFrames(new Uint8Array(body));
    assert.deepEqual(
      decoded?.map((f) => ({ payload: [...f.payload], isTrailer: f.isTrailer, isCompressed: f.isCompressed })),
      frames.map((f) => ({ payload: [...f.payload], isTrailer: f.isTrailer, isCompressed: false })),
    );
  }));
});

Deno.test("decodeFrames() accounts for every byte of what it accepts, and never throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (body) => {
    const frames = decodeFrames(body);
    if (frames !== undefined) assert.equal(frames.reduce((sum, f) => sum + 5 + f.payload.length, 0), body.length);
  }));
});

Deno.test("decodeFrames() refuses a cut frame at every byte, and flags it does not know", () => {
  const whole = encodeFrame(new Uint8Array([8, 1]));
  for (let length = 1; length < whole.length; length++) assert.equal(decodeFrames(whole.slice(0, length)), undefined);
  assert.equal(decodeFrames(new Uint8Array([2, 0, 0, 0, 0])), undefined);
  assert.equal(decodeFrames(new Uint8Array([0, 255, 255, 255, 255])), undefined);
});

Deno.test("decodeFrames() reads a view into a larger buffer", () => {
  const buffer = new Uint8Array([9, 9, ...encodeFrame(new Uint8Array([8, 1])), 9]);
  assert.deepEqual([...decodeFrames(buffer.subarray(2, 9))?.[0]?.payload ?? []], [8, 1]);
});

Deno.test("decodeTrailer() gives back what encodeTrailer() was given, and connect-es reads the same", () => {
  fc.assert(fc.property(fc.nat(16), fc.string({ unit: "binary", maxLength: 40 }), (code, message) => {
    const payload = encodeTrailer(code, message).slice(5);
    assert.deepEqual(decodeTrailer(payload), { code, message: message.toWellFormed() });
    const reference = trailerParse(payload);
    assert.equal(reference.get("grpc-status"), String(code));
    assert.equal(decodeURIComponent(reference.get("grpc-message") ?? ""), message.toWellFormed());
  }));
});

Deno.test("decodeTrailer() never throws, and finds no status where there is none", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (payload) => {
    assert.equal(decodeTrailer(payload).code, undefined);
  }));
});

Deno.test("decodeTrailer() reads names in any case and ignores other lines", () => {
  const payload = text("Server: x\r\nGRPC-Status:5\r\nno colon here\r\n: empty\r\nGrpc-Message:  a%20b%0 \r\n");
  assert.deepEqual(decodeTrailer(payload), { code: 5, message: "a%20b%0" });
});

Deno.test("decodeTrailer() finds no status in two of them", () => {
  assert.equal(decodeTrailer(text("grpc-status: 0\r\ngrpc-status: 14\r\n")).code, undefined);
});

Deno.test("grpcStatus() takes digits only for a code", () => {
  for (const garbage of [null, undefined, "", " ", "OK", "-1", "0x0", "1e0", "0.0", "0, 0", "9999999999"]) {
    assert.equal(grpcStatus(garbage, null).code, undefined, String(garbage));
  }
  assert.deepEqual(grpcStatus("0", "%E2%9C%93"), { code: 0, message: "✓" });
});
