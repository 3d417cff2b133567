import { encodeFrame } from "../src/wire/grpc-web.ts";
import { encodeHealthCheckRequest } from "../src/wire/health.ts";
import { environment } from "../test/support/rollcall.ts";
import { httpRequest } from "./lab/http.ts";
import { askTimes, requestCpuMs } from "./lab/request-cost.ts";
import { median, spread } from "./lab/statistics.ts";
import type { Row } from "./lab/table.ts";
import { anyPorts, fleetOf, READ_TOKEN, startUpstreams } from "./lab/upstreams.ts";
import { startRollcallOnWorkerd, startWorker } from "./lab/workerd.ts";

/** As many as the free plan's subrequests leave room for. */
const TARGETS = 45;

const ROUNDS = 5;
const REFRESHES_PER_ROUND = 40;

/** Before measuring: the engine compiles what runs often. */
const WARM_UP = 60;

/**
 * CPU time of one refresh of 45 upstreams on workerd, all threads, less that of a hot read; beside it that of a bare
 * Worker that makes the same 45 requests, five at a time, and reads the answers. Rounds alternate between the two.
 */
export async function refreshCpu(): Promise<Row[]> {
  await using upstream = await startUpstreams(anyPorts(1));
  const ports = Array.from({ length: TARGETS }, () => upstream.ports[0] ?? 0);
  await using rollcall = await startRollcallOnWorkerd(environment(fleetOf(ports)));
  await using bare = await startWorker(bareRefresher(ports[0] ?? 0));
  const times = REFRESHES_PER_ROUND;
  const ours = () => requestCpuMs(rollcall, { request: FORCED, idle: HOT, times });
  const theirs = () => requestCpuMs(bare, { request: BARE_REFRESH, idle: httpRequest("GET /"), times });
  await askTimes(rollcall, FORCED, WARM_UP);
  await askTimes(bare, BARE_REFRESH, WARM_UP);
  const samples: { ours: number; bare: number; checks: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await upstream.checks();
    const cost = await ours();
    samples.push({ ours: cost, checks: await upstream.checks() - before, bare: await theirs() });
  }
  const checks = samples.reduce((sum, sample) => sum + sample.checks, 0);
  const refreshes = ROUNDS * REFRESHES_PER_ROUND;
  const bareMs = median(samples.map(({ bare }) => bare));
  const oursMs = samples.map(({ ours }) => ours);
  return [
    ["refresh of 45 upstreams", `${spread(oursMs)} ms`, `bare fetches ${bareMs.toFixed(2)} ms`, ratio(samples)],
    [
      "  a probe",
      `${(median(oursMs) / TARGETS * 1_000).toFixed(0)} µs`,
      `bare ${(bareMs / TARGETS * 1_000).toFixed(0)} µs`,
      "",
    ],
    [
      "  probes that arrived",
      String(checks),
      `${refreshes} refreshes of ${TARGETS}`,
      (checks / (refreshes * TARGETS)).toFixed(2),
    ],
  ];
}

function ratio(samples: readonly { readonly ours: number; readonly bare: number }[]): string {
  return spread(samples.map(({ ours, bare }) => ours / bare));
}

const HOT = httpRequest("GET /dry_run");
const BARE_REFRESH = httpRequest("GET /refresh");
const FORCED = httpRequest("GET /dry_run", { "cache-control": "no-cache", authorization: `Bearer ${READ_TOKEN}` });

/** A Worker that sends the same request as a probe, 45 times, five under way, and judges nothing. */
function bareRefresher(port: number): string {
  const question = [...encodeFrame(encodeHealthCheckRequest(""))];
  return `
    const body = new Uint8Array(${JSON.stringify(question)});
    const headers = { "content-type": "application/grpc-web" };
    async function lane() {
      for (let n = 0; n < ${TARGETS / 5}; n++) {
        const response = await fetch("http://127.0.0.1:${port}/grpc.health.v1.Health/Check", { method: "POST", headers, body });
        await response.arrayBuffer();
      }
    }
    export default {
      async fetch(request) {
        if (request.url.endsWith("/refresh")) await Promise.all([lane(), lane(), lane(), lane(), lane()]);
        return new Response("{}");
      },
    };`;
}
