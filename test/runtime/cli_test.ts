import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startUpstream } from "../support/upstream.ts";

const ROOT = new URL("../../", import.meta.url);

/** `rollcall` as a process of its own, as a shell starts it. */
function spawn(args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/cli/main.ts", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const written = { stdout: "", stderr: "" };
  const drained = (["stdout", "stderr"] as const).map(async (name) => {
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) written[name] += text;
  });
  return {
    written,
    kill: (signal: Deno.Signal) => child.kill(signal),
    async ended() {
      const [{ code }] = await Promise.all([child.status, ...drained]);
      return { exitCode: code, ...written };
    },
  };
}

/** With more time than any machine takes. */
function run(command: "ping" | "check", ...args: readonly string[]) {
  const patience = command === "ping" ? ["--timeout", "60000"] : ["-connect-timeout", "1m", "-rpc-timeout", "1m"];
  return spawn([command, ...args, ...patience]).ended();
}

/** A Rollcall that watches one upstream, and as which hosts `ping` finds it. */
async function startWatching(status: "SERVING" | "NOT_SERVING") {
  const upstream = await startUpstream({ services: { "": status } });
  const rollcall = await startOnDeno({ upstreams: [{ name: "checkout", url: upstream.url, protocol: "connect" }] });
  const host = rollcall.url.replace(/^http:\/\//, "");
  return {
    grpc: rollcall.grpc,
    hosts: [`http://${host}`, `ws://${host}`, `grpc://${rollcall.grpc}`],
    async [Symbol.asyncDispose]() {
      await rollcall.stop();
      await upstream.close();
    },
  };
}

const UP =
  /^ping .* at 0 round\.\.\.\n.*ping .* at 1 round takes \d+ seconds? \(\d+\.\d\ds\)\navg\. latency: \d+ ms\n$/s;

Deno.test("rollcall ping and rollcall check ask a Rollcall in each protocol it serves, while the fleet serves", async () => {
  await using up = await startWatching("SERVING");
  for (const host of up.hosts) {
    const { exitCode, stdout, stderr } = await run("ping", "flow", host, "--attempts", "2");
    assert.match(stdout, UP);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.equal((await run("ping", "gateway", host, "--attempts", "1")).exitCode, 0);
  }
  assert.deepEqual(await run("check", "-addr", up.grpc, "-service", "checkout"), {
    exitCode: 0,
    stdout: "",
    stderr: "status: SERVING\n",
  });
  assert.equal((await run("check", "-addr", up.grpc, "-service", "nobody")).exitCode, 3);
});

Deno.test("rollcall ping and rollcall check tell what is wrong with a fleet, in each protocol", async () => {
  await using down = await startWatching("NOT_SERVING");
  for (const host of down.hosts) {
    const { exitCode, stdout } = await run("ping", "flow", host, "--attempts", "1");
    assert.match(stdout, /server: ERROR: \|Gateway: Deployment checkout answered NOT_SERVING\.\n/);
    assert.match(stdout, /message lost 100% \(1\/1\)\n$/);
    assert.equal(exitCode, 1);
  }
  assert.equal((await run("ping", "gateway", down.hosts[0] ?? "", "--attempts", "1")).exitCode, 0);
  assert.equal((await run("check", "-addr", down.grpc, "-service", "checkout")).exitCode, 4);
});

Deno.test("rollcall watch of a Rollcall ends with 0 at SIGINT, rollcall ping with 1", async () => {
  await using rollcall = await startWatching("SERVING");
  const watch = spawn(["watch", rollcall.grpc, "checkout"]);
  await eventually(() => /Z SERVING\n$/.test(watch.written.stdout) || undefined, () => watch.written.stderr);
  watch.kill("SIGINT");
  assert.equal((await watch.ended()).exitCode, 0);
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ping = spawn(["ping", "flow", `127.0.0.1:${(silent.addr as Deno.NetAddr).port}`, "--timeout", "-1"]);
  const conn = await silent.accept();
  ping.kill("SIGINT");
  assert.equal((await ping.ended()).exitCode, 1);
  conn.close();
});

Deno.test("rollcall ends like a good filter when nobody reads on", async () => {
  const { code, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      `"$0" run -A src/cli/main.ts watch localhost:1 | true; "$0" run -A src/cli/main.ts --help | head -1`,
      Deno.execPath(),
    ],
    cwd: ROOT,
    stderr: "piped",
    stdout: "null",
  }).output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
});
