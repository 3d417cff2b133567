/**
 * The direct codec against the connect-es client: CPU per probe, on Deno and on workerd, and bytes in the bundle.
 * `deno run -A bench/probe-codec.ts`; the figures in `docs/decisions/direct-probe-codec.md` come from it.
 *
 * Each probe gets a canned SERVING answer from a fake `fetch`, so that only the client's own work differs. Rounds
 * alternate; each ratio is of two neighbouring rounds, the median is shown with the extremes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { Miniflare } from "miniflare";

const ROUNDS = 11;
const PROBES = 3_000;

// Linux counts a process's CPU time in ticks of 1/100 s.
const TICK_MS = 10;

const DIRECT = `
  import { systemClock } from "./src/clock.ts";
  import { NOTHING_KNOWN } from "./src/core/known.ts";
  import { createProber } from "./src/probe/prober.ts";
  const upstream = { name: "a", url: "https://a.example", protocol: "grpc-web", codec: "proto", services: [""],
    timeoutMs: 1500, ttlMs: 15000, critical: true, headers: {} };
  const target = { key: "a/", upstream, service: "" };
  export function createAsk(fetch) {
    const network = { fetchFor: () => fetch, keepsConnections: false, idleMaxMs: 0, convertsGrpcWeb: false };
    const session = createProber({ clock: systemClock, network }).begin(0);
    const options = { timeoutMs: 1500, attempt: 0, known: NOTHING_KNOWN, pay: () => false };
    return async (signal) => (await session.probe(target, { ...options, signal })).status === "SERVING";
  }
`;

const CONNECT_ES = `
  import { createClient } from "@connectrpc/connect";
  import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
  import { Health } from "./src/gen/grpc/health/v1/health_pb.ts";
  export const other = createConnectTransport;
  export function createAsk(fetch) {
    const client = createClient(Health, createGrpcWebTransport({ baseUrl: "https://a.example", fetch }));
    return async (signal) => (await client.check({ service: "" }, { timeoutMs: 1500, signal })).status === 1;
  }
`;

/** What both have in common: a fetch, a Response, its body read. */
const FLOOR = `
  export function createAsk(fetch) {
    return async (signal) => (await (await fetch("https://a.example", { signal })).arrayBuffer()).byteLength > 0;
  }
`;

const ROUND = `
  const body = new Uint8Array([0, 0, 0, 0, 2, 8, 1, 0x80, 0, 0, 0, 16, ...new TextEncoder().encode("grpc-status: 0\\r\\n")]);
  const headers = { "content-type": "application/grpc-web+proto" };
  const ask = createAsk(() => Promise.resolve(new Response(body, { headers })));
  export async function round(probes) {
    for (let n = 0; n < probes; n++) {
      if (!await ask(new AbortController().signal)) throw new Error("Cannot measure: a probe did not say SERVING");
    }
  }
`;

const SERVER = `
  import { createConnectRouter } from "@connectrpc/connect";
  import { Health } from "./src/gen/grpc/health/v1/health_pb.ts";
  export const handlers = createConnectRouter({ grpc: false }).service(Health, { check: () => ({ status: 1 }) }).handlers;
`;

const esbuild = createRequire(import.meta.resolve("wrangler"))("esbuild");

const codes = {
  direct: await bundle(DIRECT + ROUND),
  "connect-es": await bundle(CONNECT_ES + ROUND),
  floor: await bundle(FLOOR + ROUND),
};
await report("Deno", await onDeno());
await report("workerd", await onWorkerd());
await sizes();
await esbuild.stop();

type Name = keyof typeof codes;
type CpuOf = (name: Name) => Promise<number>;

async function report(platform: string, { cpuMs, close }: { cpuMs: CpuOf; close: () => Promise<void> }): Promise<void> {
  const names: readonly Name[] = ["direct", "connect-es", "floor"];
  for (const name of names) await cpuMs(name); // Let the compiler see each.
  const rounds = [];
  for (let n = 0; n < ROUNDS; n++) {
    rounds.push({
      direct: await cpuMs("direct"),
      "connect-es": await cpuMs("connect-es"),
      floor: await cpuMs("floor"),
    });
  }
  await close();
  console.log(`\n${platform}: CPU per probe, ${ROUNDS} rounds of ${PROBES}`);
  for (const name of names) {
    console.log(`  ${name.padEnd(10)} ${spread(rounds.map((r) => r[name] / PROBES * 1_000))} µs`);
  }
  console.log(`  connect-es / direct ${spread(rounds.map((r) => r["connect-es"] / r.direct))}`);
  const aboveFloor = rounds.map((r) => (r["connect-es"] - r.floor) / (r.direct - r.floor));
  console.log(`  the same above the floor ${spread(aboveFloor)}`);
}

async function onDeno() {
  const rounds = new Map<string, (probes: number) => Promise<void>>();
  for (const [name, code] of Object.entries(codes)) {
    rounds.set(name, (await import(`data:text/javascript,${encodeURIComponent(code)}`)).round);
  }
  const cpuMs: CpuOf = async (name) => {
    const before = process.cpuUsage();
    await rounds.get(name)?.(PROBES);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  return { cpuMs, close: () => Promise.resolve() };
}

async function onWorkerd() {
  const index = `
    import * as direct from "./direct.js"; import * as connectEs from "./connect-es.js"; import * as floor from "./floor.js";
    const by = { direct, "connect-es": connectEs, floor };
    export default { async fetch(request) {
      const { name, probes } = await request.json();
      await by[name].round(probes);
      return new Response("done");
    } };`;
  const modules = [["index", index], ...Object.entries(codes)];
  const before = new Set(workerdPids());
  const worker = new Miniflare({
    modules: modules.map(([name, contents]) => ({
      type: "ESModule" as const,
      path: `${name}.js`,
      contents: contents ?? "",
    })),
    compatibilityDate: "2026-07-30",
  });
  const url = await worker.ready;
  const pid = workerdPids().find((candidate) => !before.has(candidate)) ?? "";
  const cpuMs: CpuOf = async (name) => {
    const start = ticks(pid);
    await (await fetch(url, { method: "POST", body: JSON.stringify({ name, probes: PROBES }) })).text();
    return (ticks(pid) - start) * TICK_MS;
  };
  return { cpuMs, close: () => worker.dispose() };
}

function workerdPids(): string[] {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === "workerd");
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return ""; // It ended meanwhile.
  }
}

/** User and system time of a process and its threads: fields 14 and 15 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function ticks(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function sizes(): Promise<void> {
  console.log("\nBundle, minified and gzipped, in bytes");
  const withServer = gzipped(await bundle(SERVER));
  for (const [name, code] of Object.entries({ direct: DIRECT, "connect-es": CONNECT_ES })) {
    const alone = await bundle(code);
    const added = gzipped(await bundle(SERVER + code.replace(/import \{ Health \}.*\n/, ""))) - withServer;
    console.log(
      `  ${name.padEnd(10)} alone ${alone.length} raw, ${
        gzipped(alone)
      } gzip; added to a connect-es server ${added} gzip`,
    );
  }
}

async function bundle(contents: string): Promise<string> {
  const stdin = { contents, resolveDir: new URL("..", import.meta.url).pathname, loader: "ts" };
  const options = { stdin, bundle: true, format: "esm", write: false, minify: true, target: "es2024" };
  return (await esbuild.build(options)).outputFiles[0].text;
}

function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}

/** Median, and the extremes. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b).map((value) => value.toFixed(2));
  return `${sorted[sorted.length >> 1]} (${sorted[0]} to ${sorted.at(-1)})`;
}
