import assert from "node:assert/strict";
import { consoleSteps, startShell } from "../support/console.ts";
import { eventually } from "../support/eventually.ts";
import { startOnWorkerd } from "../support/rollcall-workerd.ts";

const TOKEN = "let-me-change-the-fleet";

/** Without what differs from one run or platform to the next: times, ages, the widths of columns, and how a refusal is worded. */
function steady(printed: string): string {
  return printed
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "<time>")
    .replaceAll(/\b\d+ (?:ms|s|min)(?: ago)?(?=\W|$)|\bnow\b/g, "<age>")
    .replaceAll(/tcp connect error: Connection refused \(os error \d+\)|Network connection lost\./g, "<refused>")
    .replaceAll(/\d attempts/g, "<attempts>")
    .replaceAll(/ +/g, " ");
}

/** A port that nothing listens at. */
function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String((listener.addr as Deno.NetAddr).port);
}

/** Whether anything answers by HTTP there. */
async function answers(port: string): Promise<true | undefined> {
  try {
    await (await fetch(`http://127.0.0.1:${port}/`)).body?.cancel();
    return true;
  } catch {
    return undefined;
  }
}

/**
 * Type the README's commands as they stand there, but for ports and folders, and compare what each prints.
 *
 * @param port Where the Rollcall answers that the page has at 8787.
 * @param typed What is typed for a command.
 */
async function walk(port: string, typed: (command: string) => string = (command) => command): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rollcall-walk-" });
  const pagePort = freePort();
  const here = (text: string) =>
    text.replaceAll("8787", port).replaceAll("9001", pagePort).replaceAll("/tmp/", `${folder}/`);
  const env = { HOST: "127.0.0.1", PORT: port, GRPC_PORT: "off", KV_PATH: `${folder}/kv.sqlite3` };
  try {
    await using shell = startShell(env);
    for (const { command, printed } of consoleSteps("README.md", "## Change the fleet without a deploy")) {
      const seen = await shell.run(here(typed(command)));
      assert.equal(steady(seen), steady(here(printed)), command);
      if (!command.endsWith("&")) continue;
      const started = command.includes("9001") ? pagePort : port;
      await eventually(() => answers(started), () => `${command} does not listen`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("README.md: changing the fleet without a deploy goes as it says, on Deno", async () => {
  await walk(freePort());
});

Deno.test("README.md: changing the fleet without a deploy goes as it says, on workerd", async () => {
  await using rollcall = await startOnWorkerd({ vars: { ADMIN_TOKEN: TOKEN } });
  // A job in the place of the process that is a Worker here.
  await walk(new URL(rollcall.url).port, (command) => command.includes("task -q serve") ? "sleep 600 &" : command);
});
