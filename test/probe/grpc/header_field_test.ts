import assert from "node:assert/strict";
import { type HeaderField, isWellFormed } from "../../../src/probe/grpc/header-field.ts";

Deno.test("isWellFormed() refuses every character of RFC 9113 §8.2.1 in a name, and no other", () => {
  for (let code = 0; code <= 0xff; code++) {
    const isForbidden = code <= 0x20 || (code >= 0x41 && code <= 0x5a) || code >= 0x7f || code === 0x3a;
    assert.equal(isWellFormed([`a${String.fromCharCode(code)}`, ""]), !isForbidden, `0x${code.toString(16)}`);
  }
});

Deno.test("isWellFormed() refuses NUL, CR and LF in a value, and nothing else", () => {
  for (let code = 0; code <= 0xff; code++) {
    const isForbidden = code === 0 || code === 0x0a || code === 0x0d;
    assert.equal(isWellFormed(["a", `b${String.fromCharCode(code)}c`]), !isForbidden, `0x${code.toString(16)}`);
  }
});

Deno.test("isWellFormed() lets pseudo-headers and space around a value pass, and refuses a name that is empty", () => {
  const good: readonly HeaderField[] = [[":status", "200"], ["grpc-message", "no route "], ["a", ""], [
    "a",
    "b\n".trim(),
  ]];
  for (const field of good) assert.ok(isWellFormed(field), field[0]);
  const bad: readonly HeaderField[] = [["", "x"], [":", "x"], ["::a", "x"], ["a:b", "x"], ["a\n", "x"], ["a", "b\n"]];
  for (const field of bad) assert.ok(!isWellFormed(field), JSON.stringify(field));
});
