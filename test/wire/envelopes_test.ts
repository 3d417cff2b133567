import assert from "node:assert/strict";
import fc from "fast-check";
import { createEnvelopeReader, type Envelope } from "../../src/wire/envelopes.ts";

const MAX_BYTES = 300;

Deno.test("read() gives the same envelopes whatever the pieces they come in", () => {
  const envelope = fc.record({ flags: fc.nat(255), payload: fc.uint8Array({ maxLength: MAX_BYTES }) });
  fc.assert(fc.property(fc.array(envelope, { maxLength: 5 }), fc.array(fc.nat(40)), (envelopes, lengths) => {
    const body = Uint8Array.from(envelopes.flatMap((envelope) => [...encode(envelope)]));
    const reader = createEnvelopeReader(MAX_BYTES);
    const seen = pieces(body, lengths).flatMap((piece) => reader.read(piece) ?? []);
    assert.deepEqual(seen.map(plain), envelopes.map(plain));
  }));
});

Deno.test("read() gives no envelope before its last byte", () => {
  const reader = createEnvelopeReader(MAX_BYTES);
  const bytes = encode({ flags: 2, payload: Uint8Array.of(7, 8) });
  for (const byte of bytes.slice(0, -1)) assert.deepEqual(reader.read(Uint8Array.of(byte)), []);
  assert.deepEqual(reader.read(bytes.slice(-1))?.map(plain), [{ flags: 2, payload: [7, 8] }]);
});

Deno.test("read() takes an envelope of the most bytes, and nothing more once one is longer", () => {
  const reader = createEnvelopeReader(MAX_BYTES);
  assert.equal(reader.read(encode({ flags: 0, payload: new Uint8Array(MAX_BYTES) }))?.length, 1);
  assert.equal(reader.read(Uint8Array.of(0, 0, 0, 1, 45)), undefined);
  assert.equal(reader.read(encode({ flags: 0, payload: new Uint8Array() })), undefined);
});

function encode({ flags, payload }: Envelope): Uint8Array {
  return Uint8Array.of(flags, 0, 0, payload.length >> 8, payload.length & 0xff, ...payload);
}

/** The body, cut at these lengths; the rest is one piece. */
function pieces(body: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let at = 0;
  const cut = lengths.map((length) => body.subarray(at, at += length));
  return [...cut, body.subarray(at)];
}

function plain({ flags, payload }: Envelope) {
  return { flags, payload: [...payload] };
}
