import { environment } from "../test/support/rollcall.ts";
import { startGrpcOnDeno } from "./lab/deno-server.ts";
import { h2load, type H2loadRun, killedH2load } from "./lab/h2load.ts";
import { startHealthServers } from "./lab/health-servers.ts";
import { median, spread } from "./lab/statistics.ts";
import type { Row } from "./lab/table.ts";
import { anyPorts, fleetOf, startUpstreams } from "./lab/upstreams.ts";

/** Long enough that nothing is due while we measure. */
const AGES = { TTL_MS: "3600000", STALE_MS: "3700000", EXPIRE_MS: "4000000" };

const LOAD = { connections: 32, streams: 16 };
const CALLS = 200_000;
const ROUNDS = 3;

/** The frame of SERVING: a prefix of five bytes and two of message. */
const ANSWER_BYTES = 7;

/** Native gRPC served on Deno: 200 000 Checks a round beside clients that are killed, against grpc-health-check on grpc-js. */
export async function nativeServe(): Promise<Row[]> {
  await using upstreams = await startUpstreams(anyPorts(2));
  const fleet = fleetOf(upstreams.ports);
  await using rollcall = await startGrpcOnDeno(environment({ ...fleet, vars: { ...fleet.vars, ...AGES } }));
  const rates: { ours: number; theirs: number }[] = [];
  const memory: number[] = [];
  const lost: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const reference = await referenceRun();
    const ours = await checked(rollcall.port);
    // A client that is killed as another ends, which must not notice.
    const beside = h2load({ port: rollcall.port, calls: CALLS / 10, ...LOAD });
    await killedH2load({ port: rollcall.port, calls: CALLS, ...LOAD }, beside);
    memory.push(rssMiB(rollcall.pid));
    rates.push({ ours, theirs: reference.callsPerSecond });
    lost.push(CALLS - reference.succeeded);
  }
  const figure = (side: "ours" | "theirs") => `${median(rates.map((rate) => rate[side])).toFixed(0)} /s`;
  return [
    [
      "Deno: Check",
      figure("ours"),
      `grpc-js ${figure("theirs")}`,
      spread(rates.map((rate) => rate.ours / rate.theirs)),
    ],
    ["Deno: Checks lost in each round", "0", `grpc-js ${lost.join(", ")}`, ""],
    ["Deno: memory after each round", memory.map((mib) => `${mib} MiB`).join(", "), "", ""],
  ];
}

/** grpc-js in a process of each round's own: when callers leave it may end with it (`docs/decisions/native-grpc-server.md`). */
async function referenceRun(): Promise<H2loadRun> {
  await using reference = await startHealthServers();
  return await h2load({ port: reference.ports.grpcJs, calls: CALLS, ...LOAD });
}

/** Calls a second. Every call must be answered, and with SERVING. */
async function checked(port: number): Promise<number> {
  const { succeeded, bodyBytes, callsPerSecond } = await h2load({ port, calls: CALLS, ...LOAD });
  if (succeeded === CALLS && bodyBytes === CALLS * ANSWER_BYTES) return callsPerSecond;
  throw new Error(`Cannot trust this rate: ${succeeded} of ${CALLS} calls answered, with ${bodyBytes} bytes`);
}

function rssMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Math.round(Number(kib) / 1_024);
}
