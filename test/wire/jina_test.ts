import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { StatusProtoSchema } from "../../src/gen/jina/jina_pb.ts";
import { decodeJinaStatus } from "../../src/wire/jina.ts";

const statuses = fc.record({
  code: fc.integer({ min: -1, max: 1000 }),
  description: fc.string({ unit: "grapheme" }),
  exception: fc.option(
    fc.record({
      name: fc.string(),
      args: fc.array(fc.string({ unit: "grapheme" })),
      stacks: fc.array(fc.string()),
      executor: fc.string(),
    }),
    { nil: undefined },
  ),
});

Deno.test("J5: decodeJinaStatus() reads success from no bytes, and an error from field 1", () => {
  assert.deepEqual(decodeJinaStatus(new Uint8Array()), { code: 0, description: "", exception: "" });
  assert.deepEqual(decodeJinaStatus(Uint8Array.of(0x08, 0x01)), { code: 1, description: "", exception: "" });
});

Deno.test("decodeJinaStatus() reads what protobuf-es writes", () => {
  fc.assert(fc.property(statuses, ({ exception, ...rest }) => {
    const message = toBinary(
      StatusProtoSchema,
      create(StatusProtoSchema, { ...rest, ...(exception && { exception }) }),
    );
    const text = exception === undefined ? "" : exception.args.length > 0 ? exception.args.join("; ") : exception.name;
    assert.deepEqual(decodeJinaStatus(message), { ...rest, exception: text });
  }));
});

Deno.test("decodeJinaStatus() accepts a message that is cut or goes on exactly where protobuf-es does", () => {
  const edits = fc.record({
    keep: fc.nat(120),
    tail: fc.constantFrom([], [0x08, 2], [0x28, 1], [0x12, 0], [0x1a, 2, 0x0a]),
  });
  fc.assert(
    fc.property(statuses, edits, ({ exception, ...rest }, { keep, tail }) => {
      const whole = toBinary(
        StatusProtoSchema,
        create(StatusProtoSchema, { ...rest, ...(exception && { exception }) }),
      );
      const message = Uint8Array.from([...whole.subarray(0, keep), ...tail]);
      const { code, description } = decodeJinaStatus(message) ?? {};
      const reference = parse(message);
      assert.deepEqual({ code, description }, { code: reference?.code, description: reference?.description });
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("decodeJinaStatus() never throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => void decodeJinaStatus(noise)), { numRuns: 3_000 });
});

Deno.test("decodeJinaStatus() adds up an exception given in pieces, as protobuf-es does", () => {
  const piece = (exception: { name?: string; args?: string[] }) =>
    toBinary(StatusProtoSchema, create(StatusProtoSchema, { exception }));
  const message = Uint8Array.from([...piece({ name: "A", args: ["x"] }), ...piece({ args: ["y"] })]);
  assert.equal(decodeJinaStatus(message)?.exception, "x; y");
  assert.deepEqual(fromBinary(StatusProtoSchema, message).exception?.args, ["x", "y"]);
});

Deno.test("decodeJinaStatus() refuses a message that is cut, and text that is no UTF-8", () => {
  assert.equal(decodeJinaStatus(Uint8Array.of(0x12, 5, 0x61)), undefined);
  assert.equal(decodeJinaStatus(Uint8Array.of(0x12, 1, 0xff)), undefined);
  assert.equal(decodeJinaStatus(Uint8Array.of(0x1a, 3, 0x12, 1, 0xff)), undefined);
});

function parse(message: Uint8Array) {
  try {
    return fromBinary(StatusProtoSchema, message);
  } catch {
    return undefined;
  }
}
