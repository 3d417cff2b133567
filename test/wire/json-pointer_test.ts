import assert from "node:assert/strict";
import fc from "fast-check";
import { valueAt } from "../../src/wire/json-pointer.ts";

// RFC 6901 §5.
const DOCUMENT = {
  "foo": ["bar", "baz"],
  "": 0,
  "a/b": 1,
  "c%d": 2,
  "e^f": 3,
  "g|h": 4,
  "i\\j": 5,
  'k"l': 6,
  " ": 7,
  "m~n": 8,
};

const EXAMPLES: readonly (readonly [pointer: string, value: unknown])[] = [
  ["", DOCUMENT],
  ["/foo", ["bar", "baz"]],
  ["/foo/0", "bar"],
  ["/", 0],
  ["/a~1b", 1],
  ["/c%d", 2],
  ["/e^f", 3],
  ["/g|h", 4],
  ["/i\\j", 5],
  ['/k"l', 6],
  ["/ ", 7],
  ["/m~0n", 8],
];

Deno.test("valueAt() finds what RFC 6901 says", () => {
  for (const [pointer, value] of EXAMPLES) assert.deepEqual(valueAt(DOCUMENT, pointer), value, pointer);
});

Deno.test("valueAt() finds nothing where nothing is", () => {
  const nowhere = [
    "/bar",
    "/foo/2",
    "/foo/-",
    "/foo/01",
    "/foo/length",
    "/foo/0/0",
    "/toString",
    "/__proto__",
    "foo",
    "#/foo",
  ];
  for (const pointer of nowhere) assert.equal(valueAt(DOCUMENT, pointer), undefined, pointer);
  for (const document of [null, 1, "text", undefined]) assert.equal(valueAt(document, "/0"), undefined);
});

Deno.test("valueAt() finds any key, escaped as §4 says", () => {
  fc.assert(fc.property(fc.string(), fc.integer(), (key, value) => {
    const pointer = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    assert.equal(valueAt(JSON.parse(`{${JSON.stringify(key)}:${value}}`), pointer), value);
  }));
});
