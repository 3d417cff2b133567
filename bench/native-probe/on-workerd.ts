import { environment } from "../../test/support/rollcall.ts";
import type { HealthPorts, HealthServers } from "../lab/health-servers.ts";
import { httpRequest } from "../lab/http.ts";
import { type Asked, askTimes, requestCpuMs, requestTookMs } from "../lab/request-cost.ts";
import type { Server } from "../lab/server.ts";
import { median, spread } from "../lab/statistics.ts";
import type { Row } from "../lab/table.ts";
import { READ_TOKEN } from "../lab/upstreams.ts";
import { startRollcallOnWorkerd, startWorker } from "../lab/workerd.ts";
import { BARE_REFRESH, bareNative, bareWeb } from "./bare.ts";

/** As many as the free plan's subrequests leave room for. */
const FLEET = 45;

const ROUNDS = 7;
const REFRESHES = { fleet: 40, single: 100 };

/** Before measuring: the engine compiles what runs often. */
const WARM_UP = 60;

/**
 * Native probes beside gRPC-web ones on workerd, by Rollcall as it is deployed, of the same service by connect-node, and
 * native ones of a service by grpc-js; beside those, bare Workers that send the same and judge nothing. CPU is that of a
 * forced refresh of 45 upstreams, time that of one of a single upstream, each less a hot read's. Rounds alternate.
 */
export async function onWorkerd(servers: HealthServers): Promise<Row[]> {
  const before = await servers.checks();
  const cpu = await compare(servers.ports, { fleet: FLEET, times: REFRESHES.fleet, measure: requestCpuMs });
  const took = await compare(servers.ports, { fleet: 1, times: REFRESHES.single, measure: requestTookMs });
  const checks = await servers.checks() - before;
  return [
    ...rows(`workerd: CPU of ${FLEET} probes`, { rounds: cpu, unit: "ms", digits: 2, perUnit: 1 }),
    ...rows("workerd: CPU of a probe", { rounds: cpu, unit: "µs", digits: 0, perUnit: 1_000 / FLEET }),
    ...rows("workerd: time of a probe", { rounds: took, unit: "µs", digits: 0, perUnit: 1_000 }),
    ["  probes that arrived", String(checks), `sent ${SENT}`, (checks / SENT).toFixed(2)],
  ];
}

/** Of the four sides that probe connect-node. */
const SENT = 4 * (FLEET * (WARM_UP + ROUNDS * REFRESHES.fleet) + WARM_UP + ROUNDS * REFRESHES.single);

type SideName = "native" | "gRPC-web" | "native of grpc-js" | "bare native" | "bare gRPC-web";

type StartSide = (ports: HealthPorts, fleet: number) => Promise<Side>;

/** Who probes whom. */
const SIDES: readonly (readonly [SideName, StartSide])[] = [
  ["native", ({ native }, fleet) => startRollcall(`grpc://127.0.0.1:${native}`, fleet)],
  ["gRPC-web", ({ web }, fleet) => startRollcall(`http://127.0.0.1:${web}`, fleet)],
  ["native of grpc-js", ({ grpcJs }, fleet) => startRollcall(`grpc://127.0.0.1:${grpcJs}`, fleet)],
  ["bare native", ({ native }, fleet) => startBare(bareNative(native, fleet))],
  ["bare gRPC-web", ({ web }, fleet) => startBare(bareWeb(web, fleet))],
];

/** A Worker, what makes it probe, and what makes it only answer. */
interface Side extends Omit<Asked, "times"> {
  readonly server: Server;
}

interface Comparison {
  /** How many upstreams each side has. */
  readonly fleet: number;
  /** Refreshes in a round. */
  readonly times: number;
  readonly measure: (server: Server, asked: Asked) => Promise<number>;
}

type Round = ReadonlyMap<SideName, number>;

async function compare(ports: HealthPorts, { fleet, times, measure }: Comparison): Promise<readonly Round[]> {
  await using running = new AsyncDisposableStack();
  const sides: [SideName, Side][] = [];
  for (const [name, start] of SIDES) {
    const side = await start(ports, fleet);
    running.use(side.server);
    sides.push([name, side]);
    await askTimes(side.server, side.request, WARM_UP);
  }
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const costs = new Map<SideName, number>();
    for (const [name, { server, ...asked }] of sides) costs.set(name, await measure(server, { ...asked, times }));
    rounds.push(costs);
  }
  return rounds;
}

async function startRollcall(url: string, fleet: number): Promise<Side> {
  const protocol = url.startsWith("grpc") ? "grpc" : "grpc-web";
  const upstreams = Array.from({ length: fleet }, (_, index) => ({ name: `u${index}`, url, protocol }));
  const server = await startRollcallOnWorkerd(environment({ upstreams, vars: { READ_TOKEN } }));
  const forced = { "cache-control": "no-cache", authorization: `Bearer ${READ_TOKEN}` };
  return { server, request: httpRequest("GET /dry_run", forced), idle: httpRequest("GET /dry_run") };
}

async function startBare(script: string): Promise<Side> {
  return { server: await startWorker(script), request: httpRequest(`GET ${BARE_REFRESH}`), idle: httpRequest("GET /") };
}

interface Figures {
  readonly rounds: readonly Round[];
  readonly unit: string;
  /** Shown of it. */
  readonly digits: number;
  /** What one of what was measured, in milliseconds, is in this unit. */
  readonly perUnit: number;
}

function rows(what: string, { rounds, unit, digits, perUnit }: Figures): Row[] {
  const of = (round: Round, name: SideName) => round.get(name) ?? NaN;
  return PAIRS.map(([one, other]): Row => {
    const figure = (name: SideName) =>
      `${name} ${median(rounds.map((round) => of(round, name) * perUnit)).toFixed(digits)} ${unit}`;
    return [what, figure(one), figure(other), spread(rounds.map((round) => of(round, one) / of(round, other)))];
  });
}

const PAIRS = [
  ["native", "gRPC-web"],
  ["native", "bare native"],
  ["gRPC-web", "bare gRPC-web"],
  ["native of grpc-js", "native"],
] as const satisfies readonly (readonly [SideName, SideName])[];
