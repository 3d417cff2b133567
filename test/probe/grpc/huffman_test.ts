import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeHuffman } from "../../../src/probe/grpc/huffman.ts";
import { hex } from "./hex.ts";
import { codeOf, huffman } from "./hpack-encoder.ts";

/** Bytes of binary digits, the last one padded with `padding`. */
function fromBits(bits: string, padding: "0" | "1"): Uint8Array {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, padding);
  return Uint8Array.from(padded.match(/.{8}/g) ?? [], (octet) => parseInt(octet, 2));
}

Deno.test("decodeHuffman() reads the code of every symbol as RFC 7541 Appendix B prints it", () => {
  for (let symbol = 0; symbol < 256; symbol++) {
    assert.deepEqual(decodeHuffman(huffman([symbol])), Uint8Array.of(symbol));
  }
});

Deno.test("decodeHuffman() gives back what was encoded", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (text) => {
    assert.deepEqual(decodeHuffman(huffman(text)), text);
  }));
});

Deno.test("decodeHuffman() refuses EOS, wherever it stands", () => {
  assert.equal(decodeHuffman(hex("ffffffff")), undefined);
  assert.equal(decodeHuffman(fromBits(codeOf(97) + codeOf(256), "1")), undefined);
  assert.equal(decodeHuffman(fromBits(codeOf(97) + codeOf(256) + codeOf(97), "1")), undefined);
});

Deno.test("decodeHuffman() refuses padding of eight bits and more, and padding that is not all ones", () => {
  assert.deepEqual(decodeHuffman(hex("1f")), Uint8Array.of(97), "three bits of ones");
  assert.equal(decodeHuffman(hex("1fff")), undefined, "eleven bits of ones");
  assert.equal(decodeHuffman(hex("ff")), undefined, "eight bits of ones");
  assert.equal(decodeHuffman(hex("18")), undefined, "zeros");
  assert.equal(decodeHuffman(hex("1d")), undefined, "a zero among ones");
  for (const cut of [1, 2, 3]) assert.equal(decodeHuffman(hex("fffffffc").subarray(0, cut)), undefined);
});

Deno.test("decodeHuffman() accepts exactly what encodes back to the same bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const text = decodeHuffman(bytes);
      if (text !== undefined) assert.deepEqual(huffman(text), bytes);
    }),
    { numRuns: 500 },
  );
});
