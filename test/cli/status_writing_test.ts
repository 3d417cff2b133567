import assert from "node:assert/strict";
import { Code, ConnectError } from "@connectrpc/connect";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { HealthCheckResponse_ServingStatus as Status } from "../../src/gen/grpc/health/v1/health_pb.ts";
import type { HeartbeatRequest, SetStatusRequest } from "../../src/gen/rollcall/v1/status_pb.ts";
import { runRollcall, startRollcall } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { createTestClock } from "../support/test-clock.ts";
import { startWrittenServices, WRITE_TOKEN } from "../support/written-services.ts";

const env = { PUSH_TOKEN: WRITE_TOKEN };
const expiresAt = timestampFromDate(new Date("2026-11-21T18:00:00Z"));

Deno.test("rollcall set tells the status with its message and ttl, and until when it holds", async () => {
  const seen: SetStatusRequest[] = [];
  await using server = await startWrittenServices({
    status: { setStatus: (request) => (seen.push(request), { expiresAt }) },
  });
  const args = [
    "set",
    "batch/acme.Import",
    "NOT_SERVING",
    "--message",
    "disk full",
    "--ttl",
    "1m30s",
    "--to",
    server.url,
  ];
  assert.deepEqual(await runRollcall(args, { env }), {
    exitCode: 0,
    stdout: "batch/acme.Import is NOT_SERVING until 2026-11-21T18:00:00Z\n",
    stderr: "",
  });
  const [{ name, status, message, ttlMs } = assert.fail()] = seen;
  assert.deepEqual([name, status, message, ttlMs], ["batch/acme.Import", Status.NOT_SERVING, "disk full", 90_000]);
});

Deno.test("rollcall set leaves message and ttl to the deployment when none is given", async () => {
  const seen: SetStatusRequest[] = [];
  await using server = await startWrittenServices({
    status: { setStatus: (request) => (seen.push(request), { expiresAt }) },
  });
  const where = { env: { ADMIN_TOKEN: WRITE_TOKEN, ROLLCALL_URL: server.url } };
  assert.equal((await runRollcall(["set", "batch", "UNKNOWN"], where)).exitCode, 0);
  assert.deepEqual([seen[0]?.status, seen[0]?.message, seen[0]?.ttlMs], [Status.UNKNOWN, "", 0]);
});

for (
  const [args, said] of [
    [["set", "batch", "SERVNG"], /allowed choices are SERVING, NOT_SERVING, UNKNOWN/],
    [["set", "batch", "SERVING", "--ttl", "0s"], /argument '0s' is invalid; write it as 90s, 15m, 1h30m or 7d/],
    [["set", "batch", "SERVING", "--ttl", "25h"], /argument '25h' is invalid; write 1s to 24h/],
    [["set", "batch", "SERVING", "--ttl", "60"], /argument '60' is invalid; write it as/],
    [["heartbeat", "batch", "--every", "60s", "--ttl", "60s"], /make --every shorter than --ttl/],
  ] as const
) {
  Deno.test(`rollcall ${args.join(" ")} ends with 2, and asks nobody`, async () => {
    const { exitCode, stderr } = await runRollcall(args, { env: { ...env, ROLLCALL_URL: "http://127.0.0.1:1" } });
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, said);
  });
}

Deno.test("rollcall heartbeat tells once, and which status holds on", async () => {
  const seen: HeartbeatRequest[] = [];
  await using server = await startWrittenServices({
    status: { heartbeat: (request) => (seen.push(request), { status: Status.NOT_SERVING, expiresAt }) },
  });
  const { exitCode, stdout } = await runRollcall(["heartbeat", "batch", "--ttl", "60s", "--to", server.url], { env });
  assert.deepEqual([exitCode, stdout], [0, "batch is NOT_SERVING until 2026-11-21T18:00:00Z\n"]);
  assert.deepEqual(seen.map(({ name, ttlMs }) => [name, ttlMs]), [["batch", 60_000]]);
});

Deno.test("rollcall heartbeat --every goes on until Ctrl-C, through failures, and tells changes only", async () => {
  let beats = 0;
  let answer: () => Status = () => Status.SERVING;
  await using server = await startWrittenServices({
    status: { heartbeat: () => (beats++, { status: answer(), expiresAt }) },
  });
  const clock = createTestClock();
  const { after } = (await import("../../src/clock.ts")).systemClock;
  const stop = new AbortController();
  const running = startRollcall(["heartbeat", "batch", "--every", "15s", "--to", server.url], {
    env,
    stop: stop.signal,
    // Only the pauses are the test's: a request has real time to be answered in.
    clock: { ...clock, after },
  });
  const beaten = (count: number) =>
    eventually(() => beats >= count && clock.sleepers() > 0 || undefined, running.stderr);
  await beaten(1);
  await clock.advance(15_000);
  await beaten(2);
  assert.equal(running.stdout(), "batch is SERVING until 2026-11-21T18:00:00Z, and on: a beat every 15 s\n");
  answer = () => {
    throw new ConnectError("the store is gone", Code.Unavailable);
  };
  for (const count of [3, 4]) {
    await clock.advance(15_000);
    await beaten(count);
  }
  assert.equal(running.stderr(), "error: unavailable: the store is gone\n");
  answer = () => Status.NOT_SERVING;
  await clock.advance(15_000);
  await beaten(5);
  assert.match(running.stdout(), /15 s\nbatch is NOT_SERVING until 2026-11-21T18:00:00Z\n$/);
  stop.abort();
  assert.equal(await running.exitCode, 0);
});

Deno.test("rollcall heartbeat --every ends when the deployment refuses the very first", async () => {
  await using server = await startWrittenServices({
    status: {
      heartbeat: () => {
        throw new ConnectError('no upstream "bach" tells its status itself', Code.NotFound);
      },
    },
  });
  const { exitCode, stderr } = await runRollcall(["heartbeat", "bach", "--every", "15s", "--to", server.url], { env });
  assert.deepEqual([exitCode, stderr], [1, 'error: no upstream "bach" tells its status itself\n']);
});

Deno.test("rollcall heartbeat --every warns when the upstream's own ttlMs ends before the next beat", async () => {
  const nowMs = Date.parse("2026-11-21T17:59:00Z");
  await using server = await startWrittenServices({
    status: { heartbeat: () => ({ status: Status.SERVING, expiresAt }) },
  });
  const { after } = (await import("../../src/clock.ts")).systemClock;
  for (const [every, warned] of [["2m", true], ["30s", false]] as const) {
    const clock = { ...createTestClock(nowMs), after };
    const running = startRollcall(["heartbeat", "batch", "--every", every, "--to", server.url], { env, clock });
    await eventually(() => running.stdout().endsWith("\n") || undefined, running.stderr);
    running.stop();
    assert.equal(await running.exitCode, 0);
    const warning =
      "warning: it holds for 1 min only, and the next beat comes after 2 min; pass --ttl, or a shorter --every\n";
    assert.equal(running.stderr(), warned ? warning : "");
  }
});
