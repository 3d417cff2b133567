import fc from "fast-check";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { HealthListResponseSchema } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { decodeHealthListResponse } from "../../src/wire/health.ts";
import { encodeHealthListResponse } from "../../src/wire/health-list.ts";

const statuses = fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 300 }), fc.nat(3))).map((entries) =>
  new Map(entries.map(([name, status]) => [name.toWellFormed(), status]))
);

Deno.test("encodeHealthListResponse() writes what protobuf-es and our own decoder read", () => {
  fc.assert(fc.property(statuses, (statuses) => {
    const bytes = encodeHealthListResponse(statuses);
    assert.deepEqual(decodeHealthListResponse(bytes), statuses);
    const read = Object.entries(fromBinary(HealthListResponseSchema, bytes).statuses);
    assert.deepEqual(new Map(read.map(([name, { status }]) => [name, Number(status)])), statuses);
  }));
});

Deno.test("encodeHealthListResponse() writes the bytes of protobuf-es where neither key nor value is a default", () => {
  const message = create(HealthListResponseSchema, { statuses: { "acme.Foo": { status: 2 } } });
  assert.deepEqual(
    encodeHealthListResponse(new Map([["acme.Foo", 2]])),
    new Uint8Array(toBinary(HealthListResponseSchema, message)),
  );
});
