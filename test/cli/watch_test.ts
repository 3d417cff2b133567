import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { leisurely, type RunningCli, runRollcall, startRollcall } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startHttp2Upstream } from "../support/http2-upstream.ts";
import { startUpstream } from "../support/upstream.ts";
import { startRecorder } from "./check/recorder.ts";

const TLS = new URL("../support/tls/", import.meta.url).pathname;

/** The system's clock, but pauses are short; keeps how long they would have been. */
function hurried() {
  const pausesMs: number[] = [];
  const sleep = (ms: number, signal?: AbortSignal) => {
    pausesMs.push(ms);
    return systemClock.sleep(Math.min(ms, 5), signal);
  };
  return { pausesMs, clock: { ...leisurely(3_000), sleep } };
}

/** Lines so far, less the times before them. */
function statuses(running: RunningCli): string[] {
  return running.stdout().split("\n").slice(0, -1).map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ""));
}

function printed(running: RunningCli, count: number): Promise<string[]> {
  return eventually(
    () => statuses(running).length >= count ? statuses(running) : undefined,
    () => running.stdout() + running.stderr(),
  );
}

Deno.test("rollcall watch prints a line with the time for each change, and ends with 0 at Ctrl-C", async () => {
  await using upstream = await startGrpcJsUpstream({ services: { "": "SERVING", "acme.Shop": "SERVING" } });
  const running = startRollcall(["watch", `localhost:${upstream.port}`, "acme.Shop"]);
  await printed(running, 1);
  upstream.setStatus("acme.Shop", "SERVING");
  upstream.setStatus("acme.Shop", "NOT_SERVING");
  upstream.setStatus("", "NOT_SERVING");
  assert.deepEqual(await printed(running, 2), ["SERVING", "NOT_SERVING"]);
  assert.match(running.stdout(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z SERVING\n/);
  running.stop();
  assert.deepEqual([await running.exitCode, running.stderr()], [0, ""]);
});

for (const protocol of [undefined, "grpc-web", "connect"]) {
  Deno.test(`rollcall watch follows over ${protocol ?? "what http:// stands for"}, the server as a whole by default`, async () => {
    await using upstream = await startUpstream();
    const running = startRollcall(["watch", upstream.url, ...(protocol ? ["--protocol", protocol] : [])]);
    await printed(running, 1);
    upstream.setStatus("", undefined);
    assert.deepEqual(await printed(running, 2), ["SERVING", "SERVICE_UNKNOWN"]);
    running.stop();
    assert.equal(await running.exitCode, 0);
  });
}

Deno.test("rollcall watch tells that nobody answers, and reconnects by gRPC's backoff", async () => {
  const first = await startGrpcJsUpstream();
  const { pausesMs, clock } = hurried();
  const running = startRollcall(["watch", first.url], { clock });
  await printed(running, 1);
  await first.close();
  const [, lost] = await printed(running, 2);
  assert.match(lost ?? "", /^UNREACHABLE unavailable: ./);
  await eventually(() => pausesMs.length > 4 || undefined, () => String(pausesMs));
  // ± 20 % of 1 s, × 1.6 each.
  for (const [at, baseMs] of [1_000, 1_600, 2_560, 4_096].entries()) {
    const ms = pausesMs[at] ?? 0;
    assert.ok(ms <= baseMs * 1.2, `pause ${at} of ${ms} ms`);
  }
  await using _second = await startGrpcJsUpstream({ port: first.port, services: { "": "NOT_SERVING" } });
  assert.deepEqual((await printed(running, 3)).slice(2), ["NOT_SERVING"]);
  running.stop();
  assert.equal(await running.exitCode, 0);
});

Deno.test("rollcall watch --json prints a document in each line", async () => {
  await using upstream = await startGrpcJsUpstream();
  const addr = `localhost:${upstream.port}`;
  const running = startRollcall(["watch", addr, "--json"], { clock: hurried().clock });
  await printed(running, 1);
  await upstream.close();
  await printed(running, 2);
  running.stop();
  await running.exitCode;
  const [serving, lost] = running.stdout().trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(Date.parse(serving.time) > 0);
  assert.deepEqual({ ...serving, time: "" }, { time: "", addr, service: "", status: "SERVING" });
  assert.equal(lost.status, "UNREACHABLE");
  assert.match(lost.detail, /^unavailable: /);
});

Deno.test("rollcall watch ends with 3 when the server has no Watch", async () => {
  await using recorder = await startRecorder({ grpcStatus: 12 });
  assert.deepEqual(await runRollcall(["watch", recorder.addr]), {
    exitCode: 3,
    stdout: "",
    stderr: "error: this server does not implement Watch; ask it with `rollcall check`\n",
  });
});

Deno.test("rollcall watch tells what Check says, and that it sees no changes, where Watch gives nothing", async () => {
  await using recorder = await startRecorder({ watchStatus: 14 });
  const running = startRollcall(["watch", recorder.addr], { clock: hurried().clock });
  await eventually(() => running.stderr() !== "" || undefined, running.stdout);
  running.stop();
  assert.equal(await running.exitCode, 0);
  assert.deepEqual(statuses(running), ["SERVING"]);
  assert.equal(running.stderr(), "note: Watch gives nothing, though Check is answered; it is asked again and again\n");
});

Deno.test("rollcall watch sends each --rpc-header", async () => {
  await using recorder = await startRecorder({ grpcStatus: 12 });
  await runRollcall(["watch", recorder.addr, "--rpc-header", "X-Token: a:b", "--rpc-header", "x-more: 1"]);
  assert.equal(recorder.headers()["x-token"], "a:b");
  assert.equal(recorder.headers()["x-more"], "1");
});

/** Whether a server without Watch was reached over TLS: then there is no use in watching it. */
async function reaches(port: number, args: readonly string[]): Promise<boolean> {
  const running = startRollcall(["watch", `localhost:${port}`, ...args], { clock: hurried().clock });
  let exitCode: number | undefined;
  const ended = running.exitCode.then((code) => exitCode = code);
  await eventually(() => exitCode !== undefined || statuses(running).length > 0 || undefined, running.stderr);
  running.stop();
  return await ended === 3;
}

Deno.test("rollcall watch --tls uses the certificates and the name it is given", async () => {
  await using upstream = await startHttp2Upstream({ certificate: "good", isClientAsked: true });
  await using wrongName = await startHttp2Upstream({ certificate: "wrong-name" });
  const trusting = ["--tls", "--tls-ca-cert", `${TLS}ca.pem`];
  const client = ["--tls-client-cert", `${TLS}client.pem`, "--tls-client-key", `${TLS}client.key.pem`];
  assert.equal(await reaches(upstream.port, [...trusting, ...client]), true);
  assert.equal(await reaches(upstream.port, trusting), false);
  assert.equal(await reaches(upstream.port, ["--tls", ...client]), false);
  assert.equal(await reaches(upstream.port, []), false);
  assert.equal(await reaches(wrongName.port, [...trusting, "--tls-server-name", "elsewhere.example"]), true);
  assert.equal(await reaches(wrongName.port, trusting), false);
});

const WRONG: readonly (readonly [args: string, problem: RegExp])[] = [
  ["", /missing required argument 'addr'/],
  ["h:1 --protocol http", /is invalid; allowed choices are grpc, grpc-web, connect/],
  ["grpc://h:1 --protocol connect", /grpc:\/\/ is not asked by protocol connect/],
  ["h:1 --tls-ca-cert f", /specified -tls-ca-cert without specifying -tls/],
  ["https://h --tls-server-name n", /Cannot use --tls-server-name with protocol grpc-web; add --protocol grpc/],
  ["h:1 --jsn", /did you mean --json\?/],
];

for (const [args, problem] of WRONG) {
  Deno.test(`rollcall watch ${args} ends with 2`, async () => {
    const { exitCode, stdout, stderr } = await runRollcall(["watch", ...args.split(" ").filter((arg) => arg !== "")]);
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.match(stderr, problem);
  });
}
