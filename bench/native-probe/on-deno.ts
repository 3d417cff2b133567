import { type Child, startChild } from "../lab/child.ts";
import type { HealthServers } from "../lab/health-servers.ts";
import { median, spread } from "../lab/statistics.ts";
import type { Row } from "../lab/table.ts";
import type { ClientName } from "./clients.ts";

const ROUNDS = 9;
const CHECKS = { kept: 1_000, fresh: 150 };

/** Checks for a client to make, one after the other. */
export interface Checks {
  readonly times: number;
  /** Each over a connection of its own. */
  readonly isFresh: boolean;
}

/** What one of them cost, in microseconds. */
export interface ChecksCost {
  /** User and system time of the client's process, all threads. */
  readonly cpuUs: number;
  readonly medianUs: number;
  readonly p99Us: number;
}

/** Our client beside others on Deno, all to the same grpc-js server, each in a process of its own; rounds alternate. */
export async function onDeno({ ports }: HealthServers): Promise<Row[]> {
  await using ours = startClient("ours", ports.grpcJs);
  await using grpcJs = startClient("grpc-js", ports.grpcJs);
  await using connectNode = startClient("connect-node", ports.grpcJs);
  const clients = { ours, "grpc-js": grpcJs, "connect-node": connectNode };
  return [
    ...rows("Deno: a probe", await rounds(clients, { times: CHECKS.kept, isFresh: false })),
    ...rows("Deno: a first probe", await rounds(clients, { times: CHECKS.fresh, isFresh: true })),
  ];
}

type Round = Readonly<Record<ClientName, ChecksCost>>;

/** Two rounds only warm. */
async function rounds(clients: Readonly<Record<ClientName, Child>>, checks: Checks): Promise<readonly Round[]> {
  const all: Round[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const costs = {
      ours: await run(clients.ours, checks),
      "grpc-js": await run(clients["grpc-js"], checks),
      "connect-node": await run(clients["connect-node"], checks),
    };
    if (round >= 0) all.push(costs);
  }
  return all;
}

async function run(client: Child, checks: Checks): Promise<ChecksCost> {
  client.write(checks);
  return await client.read() as ChecksCost;
}

function startClient(name: ClientName, port: number): Child {
  return startChild("bench/native-probe/client-process.ts", { args: [name, String(port)] });
}

function rows(what: string, rounds: readonly Round[]): Row[] {
  return FIGURES.flatMap(([key, label]) =>
    OTHERS.map((other): Row => {
      const figure = (name: ClientName) => `${median(rounds.map((round) => round[name][key])).toFixed(0)} µs`;
      const ratio = spread(rounds.map((round) => round.ours[key] / round[other][key]));
      return [`${what}, ${label}`, figure("ours"), `${other} ${figure(other)}`, ratio];
    })
  );
}

const OTHERS = ["grpc-js", "connect-node"] as const satisfies readonly ClientName[];

const FIGURES = [["cpuUs", "CPU"], ["medianUs", "median latency"], ["p99Us", "99th percentile"]] as const;
