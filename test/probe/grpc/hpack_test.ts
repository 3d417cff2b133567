import assert from "node:assert/strict";
import fc from "fast-check";
import type { HeaderField } from "../../../src/probe/grpc/header-field.ts";
import { createHpackDecoder } from "../../../src/probe/grpc/hpack.ts";
import { STATIC_TABLE } from "../../../src/probe/grpc/hpack-table.ts";
import { hex } from "./hex.ts";
import { type BlockToEncode, createHpackEncoder, huffman, integer } from "./hpack-encoder.ts";
import { VECTOR_GROUPS } from "./rfc7541-vectors.ts";

const LIMITS = { tableMaxBytes: 4096, listMaxBytes: 16_384, fieldsMax: 100 };
const FIRST_DYNAMIC_INDEX = 62;

for (const { tableMaxBytes, vectors } of VECTOR_GROUPS) {
  for (const [count, { id, fields, table }] of vectors.entries()) {
    Deno.test(`createHpackDecoder() decodes RFC 7541 ${id}, and keeps the table it prints`, () => {
      const decoder = createHpackDecoder({ ...LIMITS, tableMaxBytes });
      for (const earlier of vectors.slice(0, count)) decoder.decode(hex(earlier.hex));
      assert.deepEqual(decoder.decode(hex(vectors[count]?.hex ?? "")), { kind: "fields", fields });
      const indexes = table.map((_, at) => 0x80 + FIRST_DYNAMIC_INDEX + at);
      assert.deepEqual(decoder.decode(Uint8Array.from(indexes)), { kind: "fields", fields: table });
      const behind = Uint8Array.of(0x80 + FIRST_DYNAMIC_INDEX + table.length);
      assert.deepEqual(decoder.decode(behind), { kind: "garbled" });
    });
  }
}

Deno.test("createHpackDecoder() knows the whole static table", () => {
  assert.equal(STATIC_TABLE.length, 61);
  const decoder = createHpackDecoder(LIMITS);
  const indexes = STATIC_TABLE.map((_, at) => 0x81 + at);
  assert.deepEqual(decoder.decode(Uint8Array.from(indexes)), { kind: "fields", fields: STATIC_TABLE });
});

const name = fc.constantFrom("a", "grpc-status", "content-type", "x-long-name-of-a-field", ":status");
const value = fc.oneof(
  fc.constantFrom("", "0", "200", "application/grpc", "x".repeat(70)),
  fc.array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 20 }).map((codes) => String.fromCharCode(...codes)),
);
const block: fc.Arbitrary<BlockToEncode> = fc.record({
  resizeTo: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 2 }),
  fields: fc.array(
    fc.record({
      field: fc.tuple(name, value),
      form: fc.constantFrom("indexed", "incremental", "without", "never"),
      isNameIndexed: fc.boolean(),
      isHuffman: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
});

Deno.test("createHpackDecoder() gives back what an encoder with a dynamic table, Huffman and size updates was given", () => {
  fc.assert(fc.property(fc.array(block, { maxLength: 6 }), (blocks) => {
    const encoder = createHpackEncoder(STATIC_TABLE, 300);
    const decoder = createHpackDecoder({ ...LIMITS, tableMaxBytes: 300 });
    for (const block of blocks) {
      const fields = block.fields.map(({ field }) => field);
      assert.deepEqual(decoder.decode(encoder.encode(block)), { kind: "fields", fields });
    }
  }));
});

Deno.test("createHpackDecoder() takes arbitrary blocks without throwing, within its limits", () => {
  const limits = { tableMaxBytes: 128, listMaxBytes: 256, fieldsMax: 5 };
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }), (blocks) => {
      const decoder = createHpackDecoder(limits);
      const decoded = blocks.map((block) => decoder.decode(block));
      for (const result of decoded) {
        if (result.kind === "fields") assert.ok(listBytes(result.fields) <= 256 && result.fields.length <= 5);
      }
      const end = decoded.findIndex(({ kind }) => kind === "garbled" || kind === "too-large");
      if (end >= 0) assert.ok(decoded.slice(end).every((result) => result === decoded[end]));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("createHpackDecoder() takes damaged blocks without throwing, and reads none cut short as whole", () => {
  const damage = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), keep: fc.nat() });
  fc.assert(fc.property(block, damage, (block, { at, byte, keep }) => {
    const bytes = createHpackEncoder(STATIC_TABLE, 300).encode(block);
    if (bytes.length === 0) return;
    const cut = bytes.subarray(0, keep % bytes.length);
    const result = createHpackDecoder({ ...LIMITS, tableMaxBytes: 300 }).decode(cut);
    if (result.kind === "fields") {
      const fields = block.fields.map(({ field }) => field);
      assert.ok(fields.length === 0 || result.fields.length < fields.length);
      assert.deepEqual(result.fields, fields.slice(0, result.fields.length));
    }
    bytes[at % bytes.length] = byte;
    createHpackDecoder({ ...LIMITS, tableMaxBytes: 300 }).decode(bytes);
  }));
});

Deno.test("createHpackDecoder() refuses what RFC 7541 calls a decoding error", () => {
  const garbled: Readonly<Record<string, string>> = {
    "index 0 (§6.1)": "80",
    "an index behind both tables (§2.3.3)": "be",
    "a name index behind both tables": "7e0161",
    "a size update above our limit (§6.3)": "3fe21f",
    "a size update after a field (§4.2), though it would read as a literal": "82 20 0161 0162",
    "a size update cut short": "3f",
    "an integer above 2^31-1 (§5.1)": "fff9ffffff07",
    "an integer of six bytes behind its prefix": "ff808080808000",
    "an integer cut short": "ffff",
    "a name cut short": "4003 6162",
    "no value": "4001 61",
    "a value longer than the block": "4001 61ff ffff 7f",
    "a string that is no Huffman code (§5.2)": "4001 61 84ffffffff",
  };
  for (const [fault, bytes] of Object.entries(garbled)) {
    assert.deepEqual(createHpackDecoder(LIMITS).decode(hex(bytes)), { kind: "garbled" }, fault);
  }
});

Deno.test("createHpackDecoder() takes size updates up to its limit, and starts with no more than 4096 bytes", () => {
  assert.deepEqual(createHpackDecoder(LIMITS).decode(hex("3fe11f 20 82")), {
    kind: "fields",
    fields: [[":method", "GET"]],
  });
  const long = [0x40, 1, 0x61, ...integer(4100, 7, 0), ...new Uint8Array(4100).fill(0x62)];
  const isKept = (resize: string) =>
    createHpackDecoder({ ...LIMITS, tableMaxBytes: 8192 }).decode(Uint8Array.of(...hex(resize), ...long, 0xbe)).kind;
  assert.equal(isKept(""), "garbled", "the entry is larger than the table");
  assert.equal(isKept("3fe13f"), "fields", "8192 bytes");
});

Deno.test("createHpackDecoder() stops a bomb of references at the list's limit, and an endless list at its count", () => {
  const big = [0x40, 1, 0x61, ...integer(3000, 7, 0), ...new Uint8Array(3000).fill(0x62)];
  const bomb = Uint8Array.of(...big, ...new Uint8Array(10_000).fill(0xbe));
  const decoder = createHpackDecoder(LIMITS);
  assert.deepEqual(decoder.decode(bomb), { kind: "too-large" });
  assert.deepEqual(decoder.decode(hex("82")), { kind: "too-large" }, "for ever after");
  const list = (count: number) => new Uint8Array(count).fill(0x82);
  assert.equal(createHpackDecoder(LIMITS).decode(list(100)).kind, "fields");
  assert.equal(createHpackDecoder(LIMITS).decode(list(101)).kind, "too-large");
});

Deno.test("createHpackDecoder() counts a list as its decoded size and 32 bytes a field", () => {
  const packed = Uint8Array.of(
    0x00,
    1,
    0x61,
    0x80 | huffman(new Uint8Array(20).fill(0x30)).length,
    ...huffman(new Uint8Array(20).fill(0x30)),
  );
  const decode = (listMaxBytes: number) => createHpackDecoder({ ...LIMITS, listMaxBytes }).decode(packed).kind;
  assert.equal(decode(53), "fields");
  assert.equal(decode(52), "too-large");
});

Deno.test("createHpackDecoder() calls a block with a forbidden field malformed, and goes on with the next", () => {
  const decoder = createHpackDecoder(LIMITS);
  const upperCase = hex("4001 41 01 62");
  assert.deepEqual(decoder.decode(upperCase), { kind: "malformed" });
  assert.deepEqual(decoder.decode(hex("82")), { kind: "fields", fields: [[":method", "GET"]] });
  assert.deepEqual(decoder.decode(hex("be")), { kind: "malformed" }, "the entry is in the table all the same");
});

function listBytes(fields: readonly HeaderField[]): number {
  return fields.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
}
