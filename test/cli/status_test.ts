import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { runRollcall, startRollcall } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { schemaFaults } from "../support/health-schema.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import { startUpstream } from "../support/upstream.ts";

const TOKEN = "a-read-token-of-tests";

/** A Rollcall over `shop`, which has two services, and `pay`. */
async function startRollcallOver(statuses: { readonly pay: "SERVING" | "NOT_SERVING" | "UNKNOWN" }, vars = {}) {
  const shop = await startUpstream({ services: { "": "SERVING", "acme.Shop": "SERVING" } });
  const pay = await startUpstream({ services: { "": statuses.pay } });
  const rollcall = await startOnDeno({
    upstreams: [
      { name: "shop", url: shop.url, protocol: "connect", services: ["", "acme.Shop"] },
      { name: "pay", url: pay.url, protocol: "grpc-web" },
    ],
    groups: { checkout: ["shop", "pay"] },
    vars: { READ_TOKEN: TOKEN, ...vars },
  });
  return {
    url: rollcall.url,
    pay,
    async [Symbol.asyncDispose]() {
      await rollcall.stop();
      await shop.close();
      await pay.close();
    },
  };
}

for (const [status, exitCode] of [["SERVING", 0], ["NOT_SERVING", 1], ["UNKNOWN", 3]] as const) {
  Deno.test(`rollcall status ends with ${exitCode} when the fleet is ${status}`, async () => {
    await using rollcall = await startRollcallOver({ pay: status });
    const { exitCode: seen, stdout } = await runRollcall(["status", rollcall.url.replace("http://", "")]);
    assert.equal(seen, exitCode, stdout);
    assert.match(stdout, new RegExp(`^${status}  `));
  });
}

Deno.test("rollcall status shows groups, upstreams and their targets, and detail with the token only", async () => {
  await using rollcall = await startRollcallOver({ pay: "NOT_SERVING" });
  const plain = await runRollcall(["status", rollcall.url]);
  const cells = plain.stdout.split("\n").slice(2).map((line) => line.trim().split(/ {2,}/));
  assert.deepEqual(cells.map(([name, status]) => [name, status]), [
    ["NAME", "STATUS"],
    ["checkout", "NOT_SERVING"],
    ["shop", "SERVING"],
    ['""', "SERVING"],
    ["acme.Shop", "SERVING"],
    ["pay", "NOT_SERVING"],
    ["", undefined],
  ]);
  assert.match(plain.stdout, /^checkout .* pay$/m);
  assert.match(plain.stdout, /^pay .*answers NOT_SERVING$/m);
  assert.doesNotMatch(plain.stdout, /LATENCY|PROTOCOL/);
  assert.ok(!plain.stdout.includes("\x1b"));
  const byOption = await runRollcall(["status", rollcall.url, "--token", TOKEN]);
  const byVariable = await runRollcall(["status", rollcall.url], { env: { ROLLCALL_TOKEN: TOKEN } });
  for (const { stdout } of [byOption, byVariable]) assert.match(stdout, /^pay +NOT_SERVING .* \d+ ms +grpc-web /m);
});

Deno.test("rollcall status --json prints the report itself", async () => {
  await using rollcall = await startRollcallOver({ pay: "SERVING" });
  const { stdout, exitCode } = await runRollcall(["status", rollcall.url, "--json", "--token", TOKEN]);
  assert.equal(exitCode, 0);
  assert.deepEqual(schemaFaults(JSON.parse(stdout)), []);
  assert.equal(JSON.parse(stdout).store.kind, "deno-kv");
});

Deno.test("rollcall status has colours on a terminal only, and none with NO_COLOR", async () => {
  await using rollcall = await startRollcallOver({ pay: "SERVING" });
  for (const [isTerminal, NO_COLOR, isColored] of [[true, "", true], [true, "1", false], [false, "", false]] as const) {
    let text = "";
    const stdout = { isTerminal, columns: 80, write: (more: string) => void (text += more) };
    await runRollcall(["status", rollcall.url], { stdout, env: { NO_COLOR } });
    assert.equal(text.includes("\x1b[32mSERVING\x1b[0m"), isColored, text);
  }
});

Deno.test("rollcall status --watch redraws a terminal, and ends by Ctrl-C with the last verdict", async () => {
  await using rollcall = await startRollcallOver({ pay: "SERVING" }, { TTL_MS: "1", STALE_MS: "2" });
  let text = "";
  const stdout = { isTerminal: true, columns: 80, write: (more: string) => void (text += more) };
  const stop = new AbortController();
  // Without the pauses: the real clock, but for sleep.
  const clock = { ...systemClock, sleep: () => systemClock.sleep(20) };
  const running = startRollcall(["status", rollcall.url, "--watch"], { stdout, stop: stop.signal, clock });
  await eventually(() => text.split("\x1b[H\x1b[J").length > 2 ? true : undefined, () => text);
  rollcall.pay.setStatus("", "NOT_SERVING");
  await eventually(() => text.includes("NOT_SERVING") ? true : undefined, () => text);
  stop.abort();
  assert.equal(await running.exitCode, 1);
  assert.equal(text.startsWith("\x1b[H\x1b[J"), true);
});

Deno.test("rollcall status --watch goes on while nothing answers", async () => {
  const clock = { ...systemClock, sleep: () => systemClock.sleep(20) };
  const running = startRollcall(["status", "http://127.0.0.1:1", "--watch"], { clock });
  await eventually(() => running.stderr().split("error: Cannot read").length > 2 ? true : undefined, running.stderr);
  running.stop();
  assert.equal(await running.exitCode, 4);
});

Deno.test("rollcall status --watch --json prints one line a report", async () => {
  await using rollcall = await startRollcallOver({ pay: "SERVING" });
  const clock = { ...systemClock, sleep: () => systemClock.sleep(20) };
  const running = startRollcall(["status", rollcall.url, "--watch", "--json"], { clock });
  await eventually(() => running.stdout().split("\n").length > 2 ? true : undefined, running.stdout);
  running.stop();
  assert.equal(await running.exitCode, 0);
  for (const line of running.stdout().trim().split("\n")) assert.deepEqual(schemaFaults(JSON.parse(line)), []);
});

Deno.test("rollcall status says what is wrong, and how to mend it, when no Rollcall answers", async () => {
  await using rollcall = await startRollcallOver({ pay: "SERVING" });
  await using stranger = await startFaultServer({ send: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi" });
  for (
    const [args, exitCode, said] of [
      [["http://127.0.0.1:1"], 4, /^error: Cannot read http:\/\/127.0.0.1:1\/health: .*; is the URL right/],
      [[stranger.url], 4, /HTTP 200 without a health document; does a Rollcall answer there/],
      [[rollcall.url, "--token", "wrong"], 4, /it refuses the token; pass its READ_TOKEN/],
      [["ftp://x"], 2, /^error: Cannot read URL "ftp:\/\/x": it is no http\(s\):\/\/ address; write one/],
      [[], 2, /no URL was given; write one, .*, or set ROLLCALL_URL/],
    ] as const
  ) {
    const result = await runRollcall(["status", ...args]);
    assert.equal(result.exitCode, exitCode, result.stderr);
    assert.match(result.stderr, said);
  }
});

Deno.test("rollcall status --now has everything probed again", async () => {
  await using rollcall = await startRollcallOver({ pay: "SERVING" });
  assert.equal((await runRollcall(["status", rollcall.url, "--token", TOKEN])).exitCode, 0);
  rollcall.pay.setStatus("", "NOT_SERVING");
  assert.equal((await runRollcall(["status", rollcall.url, "--token", TOKEN])).exitCode, 0);
  assert.equal((await runRollcall(["status", rollcall.url, "--token", TOKEN, "--now"])).exitCode, 1);
});
