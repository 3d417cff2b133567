import assert from "node:assert/strict";
import { ADMIN_TOKEN } from "../support/admin-clients.ts";
import { examplesIn } from "../support/examples.ts";
import { refusedUrl } from "../support/fault-server.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";

Deno.test("the commands of docs/registry.md print what the page says", async () => {
  const [registry = "", maintenance = ""] = examplesIn("registry.md", "sh");
  await using rollcall = await startOnDeno({
    upstreams: [{ name: "checkout", url: await refusedUrl() }],
    vars: { ADMIN_TOKEN },
  });
  const here = (text: string) => text.replace("localhost:8787", new URL(rollcall.url).host);
  const [definition = "", ...lines] = here(`${registry}${maintenance}`).split("\n").filter((line) => line !== "");
  const commands = lines.filter((line) => line.startsWith("rpc "));
  assert.equal(commands.length, 8);
  let id = "";
  for (const command of commands) {
    const next = lines[lines.indexOf(command) + 1] ?? "";
    const promised = next.startsWith("# ") ? next.slice(2) : undefined;
    const printed = await run(`${definition}\n${lasting(command).replace(UUID, id)}`);
    id = UUID.exec(printed)?.[0] ?? id;
    if (promised !== undefined) assert.equal(plain(printed), plain(promised), command);
  }
});

const UUID = /[\da-f]{8}-[\da-f-]{27}/;
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

async function run(script: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script], env: { ADMIN_TOKEN } }).output();
  return new TextDecoder().decode(stdout);
}

/** With times that are always to come. */
function lasting(command: string): string {
  return command.replaceAll(TIME, new Date(Date.now() + 3_600_000).toISOString());
}

/** Without what is another each time, or left out by the page. */
function plain(text: string): string {
  return text.replace(UUID, "ID").replaceAll(TIME, "TIME").replace(/"names":\[.*?\](?=,"diff")/, '"names":[…]');
}
