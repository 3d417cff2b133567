import assert from "node:assert/strict";
import { createPaint } from "../../src/cli/color.ts";
import { sayDuration } from "../../src/cli/duration.ts";
import { renderTable } from "../../src/cli/table.ts";

const PLAIN = createPaint({ isTerminal: false, columns: 80, write: () => {} }, { env: {} });
const COLORED = createPaint({ isTerminal: true, columns: 80, write: () => {} }, { env: {} });

Deno.test("renderTable() puts columns under each other, and leaves out those without text", () => {
  const rows = [[{ text: "a" }, { text: "" }, { text: "1" }], [{ text: "long name" }, { text: "" }, { text: "22" }]];
  assert.deepEqual(renderTable(["NAME", "NOTHING", "N"], rows, PLAIN), [
    "NAME       N",
    "a          1",
    "long name  22",
  ]);
});

Deno.test("renderTable() pads coloured cells as if they had no colour", () => {
  const rows = [[{ text: "ab", color: "green" }, { text: "x" }]] as const;
  assert.equal(renderTable(["NAME", "N"], rows, COLORED)[1], "\x1b[32mab\x1b[0m    x");
});

Deno.test("renderTable() lets no server write to the terminal", () => {
  const rows = [[{ text: "a\x1b[2J\r\nb\u2028c\u202ed" }]];
  assert.deepEqual(renderTable(["NAME"], rows, PLAIN), ["NAME", "a [2J b c d"]);
});

for (
  const [ms, text] of [[0, "0 ms"], [999, "999 ms"], [1_000, "1 s"], [59_999, "59 s"], [60_000, "1 min"], [
    7_199_999,
    "1 h",
  ], [172_800_000, "2 d"]] as const
) {
  Deno.test(`sayDuration() says ${text} when it is ${ms} ms`, () => assert.equal(sayDuration(ms), text));
}
