import assert from "node:assert/strict";
import fc from "fast-check";
import { withoutComments } from "../../src/config/jsonc.ts";

for (
  const [text, value] of [
    ['{"a": 1} // x', { a: 1 }],
    ['// {\n{"a": /* , ] " */ [1, 2, /* 3 */],}', { a: [1, 2] }],
    ['{"url": "https://x/*y*/,]", "b": "\\"//", }', { url: "https://x/*y*/,]", b: '"//' }],
    ['{"a": "\\\\", // "\n"b": 2}', { a: "\\", b: 2 }],
    ["[1, // one\n ]", [1]],
  ] as const
) {
  Deno.test(`withoutComments() makes JSON of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(JSON.parse(withoutComments(text)), value);
  });
}

for (const text of ["[1,,]", "[,]x", '{"a": 1 /* }', '{"a": "x\n"}']) {
  Deno.test(`withoutComments() leaves ${JSON.stringify(text)} wrong`, () => {
    assert.throws(() => JSON.parse(withoutComments(text)), SyntaxError);
  });
}

Deno.test("withoutComments() leaves JSON as it is, and everything else where it is", () => {
  fc.assert(fc.property(fc.json(), (text) => assert.equal(withoutComments(text), text)));
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'"\\/*,]}\n a') }), (text) => {
      const blanked = withoutComments(text);
      assert.equal(blanked.length, text.length);
      assert.deepEqual(
        [...blanked.matchAll(/\n/g)].map(({ index }) => index),
        [...text.matchAll(/\n/g)].map(({ index }) => index),
      );
    }),
  );
});
