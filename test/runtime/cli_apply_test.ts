import assert from "node:assert/strict";
import { HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { startWrittenServices, WRITE_TOKEN } from "../support/written-services.ts";

const ROOT = new URL("../../", import.meta.url);

/** What the process said on a terminal of its own, util-linux's `script`, where a person types `answer` once asked. */
async function onTerminal(args: readonly string[], answer: string) {
  const command = [Deno.execPath(), "run", "-A", "src/cli/main.ts", ...args].map((arg) => `'${arg}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["-qec", `exec ${command}`, "/dev/null"],
    cwd: ROOT,
    env: { ADMIN_TOKEN: WRITE_TOKEN, NO_COLOR: "1", SHELL: "/bin/sh" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const wasAsked = said.includes("[y/N] ");
    said += text;
    if (!wasAsked && said.includes("[y/N] ")) await keyboard.write(new TextEncoder().encode(answer));
  }
  const { code } = await child.status;
  await keyboard.close().catch(() => {});
  return { exitCode: code, said };
}

for (
  const [key, answer, exitCode] of [["y", "y\n", 0], ["n", "n\n", 1], ["Ctrl-D", "\x04", 1], [
    "Ctrl-C",
    "\x03",
    1,
  ]] as const
) {
  Deno.test(`rollcall apply on a terminal ends with ${exitCode} when answered ${key}`, async () => {
    let applied = 0;
    await using server = await startWrittenServices({
      registry: {
        getRegistry: () => ({ version: 3 }),
        preview: () => ({ status: Status.SERVING, diff: { added: ["a"] } }),
        applyRegistry: () => ({ version: 3 + ++applied }),
      },
    });
    const file = await Deno.makeTempFile({ prefix: "rollcall-cli-", suffix: ".toml" });
    await Deno.writeTextFile(file, '[[UPSTREAMS]]\nname = "a"\nurl = "https://a.example.com"\n');
    const seen = await onTerminal(["apply", file, "--to", server.url], answer);
    await Deno.remove(file);
    assert.deepEqual([seen.exitCode, applied], [exitCode, exitCode === 0 ? 1 : 0], seen.said);
    assert.match(
      seen.said,
      exitCode === 0 ? /\r\napplied: version 4\r\n$/ : /error: not applied: you did not say yes\r\n$/,
    );
  });
}
