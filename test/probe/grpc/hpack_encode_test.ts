import assert from "node:assert/strict";
import fc from "fast-check";
import type { HeaderField } from "../../../src/probe/grpc/header-field.ts";
import { createHpackDecoder } from "../../../src/probe/grpc/hpack.ts";
import { encodeHeaders } from "../../../src/probe/grpc/hpack-encode.ts";
import { encodeInteger, readInteger } from "../../../src/probe/grpc/hpack-primitives.ts";
import { hex } from "./hex.ts";

Deno.test("encodeInteger() and readInteger() agree with RFC 7541 C.1", () => {
  const examples = [[10, 5, "0a"], [1337, 5, "1f9a0a"], [42, 8, "2a"]] as const;
  for (const [value, prefixBits, bytes] of examples) {
    assert.deepEqual(encodeInteger(value, prefixBits), [...hex(bytes)]);
    assert.equal(readInteger({ bytes: hex(bytes), at: 0 }, prefixBits), value);
  }
});

Deno.test("readInteger() gives back every integer below 2^31, and stands behind it", () => {
  const prefix = fc.integer({ min: 1, max: 7 });
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), prefix, (value, prefixBits) => {
    const bytes = Uint8Array.from(encodeInteger(value, prefixBits, 0x80));
    const cursor = { bytes, at: 0 };
    assert.equal(readInteger(cursor, prefixBits), value);
    assert.equal(cursor.at, bytes.length);
  }));
});

Deno.test("readInteger() refuses 2^31 and more, and six bytes behind the prefix", () => {
  const read = (bytes: string) => readInteger({ bytes: hex(bytes), at: 0 }, 7);
  assert.equal(read("ff80ffffff07"), 2 ** 31 - 1);
  assert.equal(read("ff81ffffff07"), undefined);
  assert.equal(read("ffffffffff7f"), undefined);
  assert.equal(read("ff8080808000"), 127, "zeros at the end are no fault");
  assert.equal(read("ff808080808000"), undefined);
  assert.equal(read("ff8080"), undefined, "cut short");
});

Deno.test("encodeHeaders() sends static indexes where they fit, and else literals that no table keeps", () => {
  const fields: readonly HeaderField[] = [[":method", "POST"], [":path", "/a"], ["te", "trailers"]];
  assert.deepEqual(encodeHeaders(fields), hex("83 04022f61 00027465 08747261696c657273"));
});

Deno.test("encodeHeaders() marks secrets, authorization and cookie as never to be indexed", () => {
  assert.deepEqual(encodeHeaders([["authorization", "x"], ["cookie", ""]]), hex("1f080178 1f1100"));
  assert.deepEqual(
    encodeHeaders([[":scheme", "http"]], [["x", "y"], ["accept-encoding", "gzip, deflate"]]).slice(0, 5),
    hex("8610017801"),
  );
});

Deno.test("encodeHeaders() sends what any decoder reads, even one without a table", () => {
  const name = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
  const value = fc.array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 200 })
    .map((codes) => String.fromCharCode(...codes));
  const fields = fc.array(fc.tuple(name, value), { maxLength: 8 });
  fc.assert(fc.property(fields, fields, (fields, secrets) => {
    const decoder = createHpackDecoder({ tableMaxBytes: 0, listMaxBytes: 100_000, fieldsMax: 100 });
    const expected = { kind: "fields", fields: [...fields, ...secrets] };
    assert.deepEqual(decoder.decode(encodeHeaders(fields, secrets)), expected);
  }));
});
