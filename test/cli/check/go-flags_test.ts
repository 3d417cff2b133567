import assert from "node:assert/strict";
import { rewriteGoFlags } from "../../../src/cli/check/go-flags.ts";

const FLAGS = { addr: false, v: true, tls: true };

const ARGS: readonly (readonly [args: string, rewritten: string])[] = [
  ["-addr x", "--addr=x"],
  ["--addr x", "--addr=x"],
  ["-addr=x", "--addr=x"],
  ["-addr=", "--addr="],
  ["-addr -tls", "--addr=-tls"],
  ["-addr", "--addr"],
  ["-tls x", "--tls x"],
  ["-tls=true -v=1", "--tls -v"],
  ["-tls=false -v=F x", "x"],
  ["-adr x -z", "--adr x -z"],
  ["x -- -addr y", "x -- -addr y"],
];

for (const [args, rewritten] of ARGS) {
  Deno.test(`rewriteGoFlags() makes ${args} into ${rewritten}`, () => {
    assert.deepEqual(rewriteGoFlags(args.split(" "), FLAGS), rewritten.split(" "));
  });
}

Deno.test("rewriteGoFlags() refuses a boolean that is none", () => {
  assert.throws(() => rewriteGoFlags(["-tls=maybe"], FLAGS), /invalid boolean value "maybe" for -tls/);
});
