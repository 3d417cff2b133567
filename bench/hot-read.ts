import { encodeFrame, encodeTrailer } from "../src/wire/grpc-web.ts";
import { encodeHealthCheckRequest, encodeHealthCheckResponse, WIRE_STATUS } from "../src/wire/health.ts";
import { environment } from "../test/support/rollcall.ts";
import { BARE, type Bare, BARE_READING, bareWorker } from "./lab/bare.ts";
import { startBareDeno, startRollcallOnDeno } from "./lab/deno-server.ts";
import { httpRequest } from "./lab/http.ts";
import { type Load, type LoadGenerator, startLoadGenerator } from "./lab/load.ts";
import { cpuMs } from "./lab/cpu-time.ts";
import type { Server } from "./lab/server.ts";
import { median, spread } from "./lab/statistics.ts";
import type { Row } from "./lab/table.ts";
import { anyPorts, fleetOf, startUpstreams, type Upstreams } from "./lab/upstreams.ts";
import { startRollcallOnWorkerd, startWorker } from "./lab/workerd.ts";

/** How many upstreams the fleet has; the body of `/health` grows with it. */
const UPSTREAMS = 10;

/** So long that nothing is due while we measure, and KV_WRITE_EVERY_MS still fits. */
const AGES = { TTL_MS: "3600000", STALE_MS: "3700000", EXPIRE_MS: "4000000" };

const ROUNDS = 5;
const ROUND_MS = 1_500;
const CONNECTIONS = 32;

/** Rates of hot reads, each as a ratio to a bare server in the same run; rounds alternate between the two. */
export async function hotRead(): Promise<Row[]> {
  await using upstreams = await startUpstreams(anyPorts(UPSTREAMS));
  await using generator = startLoadGenerator();
  const fleet = fleetOf(upstreams.ports);
  const vars = environment({ ...fleet, vars: { ...fleet.vars, ...AGES } });
  const lab = { upstreams, generator };
  return [
    ...await onPlatform("workerd", lab, {
      rollcall: () => startRollcallOnWorkerd(vars),
      bare: (bare) => startWorker(bareWorker(bare)),
    }),
    ...await onPlatform("Deno", lab, { rollcall: () => startRollcallOnDeno(vars), bare: startBareDeno }),
  ];
}

interface Lab {
  readonly upstreams: Upstreams;
  readonly generator: LoadGenerator;
}

interface Servers {
  readonly rollcall: () => Promise<Server>;
  readonly bare: (bare: Bare) => Promise<Server>;
}

async function onPlatform(platform: string, { upstreams, generator }: Lab, servers: Servers): Promise<Row[]> {
  await using rollcall = await servers.rollcall();
  const answer = await dryRunAnswer(rollcall);
  await using bare = await servers.bare(BARE);
  await using bareReading = await servers.bare(BARE_READING);
  await using bareAnswer = await servers.bare(answer);
  const checksBefore = await upstreams.checks();
  const rows: Row[] = [];
  for (const { what, asked, hasBody } of READS) {
    const reference = hasBody ? bareReading : bare;
    rows.push(
      ...await compare(`${platform}: ${what}`, generator, { rollcall, reference, asked, referenceBody: BARE.body }),
    );
  }
  rows.push(
    ...await compare(`${platform}: GET /dry_run, against the same answer from a bare server`, generator, {
      ...{ rollcall, reference: bareAnswer, asked: DRY_RUN.asked, referenceBody: answer.body },
    }),
  );
  const probes = await upstreams.checks() - checksBefore;
  if (probes > 0) throw new Error(`Cannot trust these rates: ${probes} probes were made, so not every read was hot`);
  return rows;
}

/** What `/dry_run` answers, headers and all, for a bare server to repeat; to ask makes the snapshot warm. */
async function dryRunAnswer({ port }: Server): Promise<Bare> {
  const response = await fetch(`http://127.0.0.1:${port}/dry_run`);
  const body = await response.text();
  if (body !== DRY_RUN_OK) throw new Error(`Cannot begin: the fleet is not serving, ${response.status} ${body}`);
  const headers = [...response.headers].filter(([name]) => name !== "date");
  return { isReadingBodies: false, body, headers: Object.fromEntries(headers) };
}

interface Comparison {
  readonly rollcall: Server;
  readonly reference: Server;
  readonly referenceBody: string;
  readonly asked: Asked;
}

/** Measure both sides in turn, first one first and then the other, after one round that only warms. */
async function compare(what: string, generator: LoadGenerator, comparison: Comparison): Promise<Row[]> {
  const { rollcall, reference, asked, referenceBody } = comparison;
  const ours = () => measure(generator, rollcall, asked);
  const bare = () => measure(generator, reference, { ...asked, body: whole(referenceBody) });
  await ours();
  await bare();
  const rounds: { ours: Sample; bare: Sample }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) rounds.push({ ours: await ours(), bare: await bare() });
    else {
      const sample = await bare();
      rounds.push({ bare: sample, ours: await ours() });
    }
  }
  const figure = (side: "ours" | "bare", key: keyof Sample) =>
    median(rounds.map((round) => round[side][key])).toFixed(0);
  const ratios = (key: keyof Sample) => spread(rounds.map(({ ours, bare }) => ours[key] / bare[key]));
  return [
    [what, `${figure("ours", "perSecond")} /s`, `bare ${figure("bare", "perSecond")} /s`, ratios("perSecond")],
    ["  server CPU a request", `${figure("ours", "cpuUs")} µs`, `bare ${figure("bare", "cpuUs")} µs`, ratios("cpuUs")],
  ];
}

interface Sample {
  readonly perSecond: number;
  /** CPU time of the server's process for each request, in microseconds. */
  readonly cpuUs: number;
}

async function measure(generator: LoadGenerator, { port, pid }: Server, asked: Asked): Promise<Sample> {
  const cpuBeforeMs = cpuMs(pid);
  const { answers, elapsedMs } = await generator.run({
    ...{ ...asked, port, connections: CONNECTIONS, durationMs: ROUND_MS, status: 200 },
  });
  return { perSecond: answers / elapsedMs * 1_000, cpuUs: (cpuMs(pid) - cpuBeforeMs) / answers * 1_000 };
}

type Asked = Pick<Load, "request" | "body">;

interface Read {
  readonly what: string;
  readonly asked: Asked;
  readonly hasBody: boolean;
}

const DRY_RUN_OK = `{"code":0,"description":"","exception":null}`;

const DRY_RUN = get("/dry_run", whole(DRY_RUN_OK));

const READS: readonly Read[] = [
  get("/", whole("{}")),
  DRY_RUN,
  get("/health", { start: bytes(`{"status":"pass",`), end: bytes("}") }),
  check("gRPC-web Check", "application/grpc-web", {
    body: encodeFrame(encodeHealthCheckRequest("")),
    answer: [...encodeFrame(encodeHealthCheckResponse(WIRE_STATUS.SERVING)), ...encodeTrailer(0)],
  }),
  check("Connect Check, binary", "application/proto", {
    body: encodeHealthCheckRequest("u1"),
    answer: [...encodeHealthCheckResponse(WIRE_STATUS.SERVING)],
  }),
  check("Connect Check, JSON", "application/json", {
    body: new TextEncoder().encode("{}"),
    answer: bytes(`{"status":"SERVING"}`),
  }),
];

function get(path: string, body: Load["body"]): Read {
  return { what: `GET ${path}`, asked: { request: [...httpRequest(`GET ${path}`)], body }, hasBody: false };
}

function check(what: string, contentType: string, { body, answer }: { body: Uint8Array; answer: number[] }): Read {
  const headers = { "content-type": contentType };
  const request = [...httpRequest("POST /grpc.health.v1.Health/Check", headers, body)];
  return { what, asked: { request, body: { start: answer, end: answer } }, hasBody: true };
}

function whole(body: string): Load["body"] {
  return { start: bytes(body), end: bytes(body) };
}

function bytes(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}
