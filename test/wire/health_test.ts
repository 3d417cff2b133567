import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { HealthCheckRequestSchema, HealthCheckResponseSchema } from "../../src/gen/grpc/health/v1/health_pb.ts";
import {
  decodeHealthCheckRequest,
  decodeHealthCheckResponse,
  encodeHealthCheckRequest,
  encodeHealthCheckResponse,
  WIRE_STATUS,
} from "../../src/wire/health.ts";

Deno.test("P11: the byte fixtures of requests", () => {
  assert.deepEqual(encodeHealthCheckRequest(""), bytes(""));
  assert.deepEqual(encodeHealthCheckRequest("a"), bytes("0a0161"));
  assert.equal(decodeHealthCheckRequest(bytes("")), "");
  assert.equal(decodeHealthCheckRequest(bytes("0a0161")), "a");
});

Deno.test("P11: the byte fixtures of responses", () => {
  const fixtures = { UNKNOWN: "", SERVING: "0801", NOT_SERVING: "0802", SERVICE_UNKNOWN: "0803" } as const;
  for (const [name, hex] of Object.entries(fixtures) as [keyof typeof fixtures, string][]) {
    assert.deepEqual(encodeHealthCheckResponse(WIRE_STATUS[name]), bytes(hex), name);
    assert.equal(decodeHealthCheckResponse(bytes(hex)), WIRE_STATUS[name], name);
  }
});

Deno.test("encodeHealthCheckRequest() writes what protobuf-es writes, and both read it back", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (service) => {
    const encoded = encodeHealthCheckRequest(service);
    assert.deepEqual(encoded, toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service })));
    assert.equal(decodeHealthCheckRequest(encoded), service);
  }));
});

Deno.test("encodeHealthCheckResponse() writes what protobuf-es writes, and both read it back", () => {
  for (let status = 0; status <= 127; status++) {
    const encoded = encodeHealthCheckResponse(status);
    assert.deepEqual(encoded, toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status })));
    assert.equal(decodeHealthCheckResponse(encoded), status);
  }
});

Deno.test("decodeHealthCheckResponse() reads any int32 as protobuf-es writes it", () => {
  fc.assert(fc.property(fc.integer(), (status) => {
    const encoded = toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status }));
    assert.equal(decodeHealthCheckResponse(encoded), status);
  }));
});

Deno.test("decodeHealthCheckRequest() accepts and reads what protobuf-es does", () => {
  fc.assert(
    fc.property(anyMessage(WireType.LengthDelimited), (message) => {
      fc.pre(!isDisputed(message, WireType.LengthDelimited));
      const reference = attempt(() => fromBinary(HealthCheckRequestSchema, message).service);
      assert.equal(decodeHealthCheckRequest(message), reference);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("decodeHealthCheckResponse() accepts and reads what protobuf-es does", () => {
  fc.assert(
    fc.property(anyMessage(WireType.Varint), (message) => {
      fc.pre(!isDisputed(message, WireType.Varint));
      const reference = attempt(() => fromBinary(HealthCheckResponseSchema, message).status);
      assert.equal(decodeHealthCheckResponse(message), reference);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("decodeHealthCheckResponse() takes field 1 of another wire type for an unknown field, as the specification says", () => {
  // protobuf-es does not look at the wire type: it reads the length 2 as the status, then goes on in the bytes.
  assert.equal(decodeHealthCheckResponse(bytes("0a021001")), 0);
  assert.equal(fromBinary(HealthCheckResponseSchema, bytes("0a021001")).status, 2);
});

Deno.test("decodeHealthCheckResponse() refuses an unknown varint of eleven bytes, which protobuf-es skips", () => {
  const overlong = bytes("10" + "ff".repeat(10) + "01");
  assert.equal(decodeHealthCheckResponse(overlong), undefined);
  assert.doesNotThrow(() => fromBinary(HealthCheckResponseSchema, overlong));
});

Deno.test("decodeHealthCheckResponse() skips groups to the depth protobuf-es does, and no deeper", () => {
  const nested = (depth: number) => bytes("13".repeat(depth) + "14".repeat(depth) + "0801");
  for (const depth of [1, 98, 99, 100, 101, 20_000]) {
    const reference = attempt(() => fromBinary(HealthCheckResponseSchema, nested(depth)).status);
    assert.equal(decodeHealthCheckResponse(nested(depth)), reference, `${depth} levels`);
  }
  assert.equal(decodeHealthCheckResponse(nested(99)), 1);
});

/** Noise, and messages that are nearly right: real fields, some cut short or with a byte changed. */
function anyMessage(wireTypeOfField1: WireType): fc.Arbitrary<Uint8Array> {
  const unknownNo = fc.integer({ min: 2, max: 40 });
  const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  const field1 = wireTypeOfField1 === WireType.Varint
    ? fc.integer().map((value) => write((w) => w.tag(1, WireType.Varint).int32(value)))
    : fc.uint8Array({ maxLength: 6 }).map((value) => write((w) => w.tag(1, WireType.LengthDelimited).bytes(value)));
  const field = fc.oneof(
    field1,
    fc.tuple(fc.integer({ min: 2, max: 0x1fffffff }), uint64)
      .map(([no, value]) => write((w) => w.tag(no, WireType.Varint).uint64(value))),
    unknownNo.map((no) => write((w) => w.tag(no, WireType.Bit64).double(1.5))),
    unknownNo.map((no) => write((w) => w.tag(no, WireType.Bit32).float(1.5))),
    fc.tuple(unknownNo, fc.uint8Array({ maxLength: 6 }))
      .map(([no, value]) => write((w) => w.tag(no, WireType.LengthDelimited).bytes(value))),
    fc.tuple(unknownNo, unknownNo, fc.boolean()).map(([no, inner, isMatched]) =>
      write((w) =>
        w.tag(no, WireType.StartGroup).tag(inner, WireType.Varint).int32(7).tag(
          isMatched ? no : inner,
          WireType.EndGroup,
        )
      )
    ),
  );
  const whole = fc.array(field, { maxLength: 4 }).map((fields) => new Uint8Array(fields.flatMap((f) => [...f])));
  const cut = fc.tuple(whole, fc.nat(40)).map(([message, at]) => message.slice(0, at));
  const changed = fc.tuple(whole, fc.nat(40), fc.nat(255))
    .map(([message, at, byte]) => message.map((before, index) => index === at ? byte : before));
  return fc.oneof(fc.uint8Array({ maxLength: 24 }), whole, cut, changed);
}

/** Where protobuf-es itself leaves the specification (see the two tests above): read with its own reader. */
function isDisputed(message: Uint8Array, wireTypeOfField1: WireType): boolean {
  const reader = new BinaryReader(message);
  return attempt(() => {
    while (reader.pos < reader.len) {
      const [no, wireType] = reader.tag();
      if (no === 1 && wireType !== wireTypeOfField1) return true;
      if (/(?:[89a-f].){10}/.test(hex(reader.skip(wireType, no)))) return true;
    }
    return false;
  }) ?? false;
}

function write(fields: (writer: BinaryWriter) => BinaryWriter): Uint8Array {
  return fields(new BinaryWriter()).finish();
}

function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

function hex(data: Uint8Array): string {
  return [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
