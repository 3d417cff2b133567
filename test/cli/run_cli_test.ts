import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { VERSION } from "../../src/core/version.ts";
import { runRollcall } from "../support/cli.ts";

Deno.test("runCli() lists every command for --help, on stdout, and ends with 0", async () => {
  const { exitCode, stdout, stderr } = await runRollcall(["--help"]);
  assert.deepEqual([exitCode, stderr], [0, ""]);
  for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${name} `, "m"));
});

for (const { name, examples } of COMMANDS) {
  Deno.test(`rollcall ${name} --help shows its examples and exit codes`, async () => {
    const { exitCode, stdout, stderr } = await runRollcall([name, "--help"]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.ok(examples.length > 0);
    for (const [line] of examples) assert.ok(stdout.includes(`  ${line}\n`), line);
    assert.match(stdout, /^Exit codes:\n {2}0 {2}/m);
  });
}

Deno.test("runCli() ends with 2 and the list of commands on stderr when none is given", async () => {
  const { exitCode, stdout, stderr } = await runRollcall([]);
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.match(stderr, /^Usage: rollcall /);
});

Deno.test("runCli() tells the version", async () => {
  for (const option of ["--version", "-V"]) {
    assert.deepEqual(await runRollcall([option]), { exitCode: 0, stdout: `${VERSION}\n`, stderr: "" });
  }
});

const WRONG: readonly (readonly [args: readonly string[], stderr: string])[] = [
  [["pin"], "error: unknown command 'pin'; did you mean ping?\n"],
  [["ping", "flow", "h", "--atempts", "2"], "error: unknown option '--atempts'; did you mean --attempts?\n"],
  [["ping", "flow", "h", "--zzz"], "error: unknown option '--zzz'; --help tells how it is used\n"],
  [["ping", "flow"], "error: missing required argument 'host'; --help tells how it is used\n"],
  [
    ["ping", "flow", "h", "more"],
    "error: too many arguments for 'ping': flow, h, more; --help tells how it is used\n",
  ],
  [
    ["maintenance", "ad", "x"],
    "error: too many arguments for 'list': ad, x; --help tells how it is used\n",
  ],
  [
    ["set", "x", "serving"],
    "error: command-argument value 'serving' is invalid for argument 'status'; allowed choices are SERVING, NOT_SERVING, UNKNOWN\n",
  ],
];

for (const [args, stderr] of WRONG) {
  Deno.test(`rollcall ${args.join(" ")} ends with 2 and tells the fix in one line`, async () => {
    assert.deepEqual(await runRollcall(args), { exitCode: 2, stdout: "", stderr });
  });
}
