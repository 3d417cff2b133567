import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { parseConfig } from "../../src/config.ts";
import { examplesIn } from "../support/examples.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { PUSH_TOKEN } from "../support/tellers.ts";

/** What an example's registry says, as a Worker reads it. */
function varsOf(toml: string): Readonly<Record<string, unknown>> {
  const { vars } = parse(toml);
  assert.ok(typeof vars === "object");
  return { ...vars };
}

Deno.test("the registries of docs/push.md and docs/satellite.md are taken", () => {
  for (const page of ["push.md", "satellite.md"]) {
    const [toml = ""] = examplesIn(page, "toml");
    const { problems, registry } = parseConfig(varsOf(toml), "workers");
    assert.deepEqual(problems, [], page);
    assert.equal(registry.upstreams.length, 2, page);
  }
});

Deno.test("the commands of docs/push.md print what the page says", async () => {
  const [toml = ""] = examplesIn("push.md", "toml");
  const [shell = ""] = examplesIn("push.md", "sh");
  const upstreams = varsOf(toml)["UPSTREAMS"];
  assert.ok(Array.isArray(upstreams));
  await using rollcall = await startOnDeno({ upstreams, vars: { PUSH_TOKEN } });
  const [definition = "", ...lines] = shell.replace("localhost:8787", new URL(rollcall.url).host).trim().split("\n");
  const commands = lines.filter((line) => line.startsWith("rpc "));
  const promised = lines.filter((line) => line.startsWith("# ")).map((line) => line.slice(2));
  assert.equal(commands.length, 6);
  for (const [at, command] of commands.entries()) {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `${definition}\n${command}`],
      env: { PUSH_TOKEN },
    }).output();
    assert.equal(timeless(new TextDecoder().decode(stdout)), timeless(promised[at] ?? ""), command);
  }
});

function timeless(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
}
