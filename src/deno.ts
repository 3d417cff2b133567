import { systemClock } from "./clock.ts";
import { type Config, parseConfig } from "./config.ts";
import { parseRegistryFile, type RegistryFile } from "./config/registry-file.ts";
import { createDenoNetwork } from "./probe/network/deno.ts";
import { createProber } from "./probe/prober.ts";
import { createWatcher } from "./probe/watch.ts";
import { createFollower } from "./refresh/follow.ts";
import { createRollcall } from "./rollcall.ts";
import { createDenoKvStore } from "./store/deno-kv.ts";
import { upgradeOnDeno } from "./upgrade/deno.ts";

/** What runs at shutdown gets this long, in milliseconds: container platforms kill after ten seconds. */
const SHUTDOWN_MAX_MS = 8_000;

/** A listener that failed is put up again after this long, in milliseconds. */
const RELISTEN_AFTER_MS = 1_000;

await main();

/** Run Rollcall as a process until SIGINT or SIGTERM; README, "Configuration", lists the environment it reads. */
async function main(): Promise<void> {
  const config = readConfig();
  for (const problem of config.problems) log({ event: "registry-error", problem });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
  const kv = await openKv(config.server.kvPath);
  const pending = new Set<Promise<void>>();
  const invocation = {
    place: config.place ?? Deno.hostname(),
    waitUntil: (promise: Promise<void>) => keep(pending, promise),
  };
  const network = createDenoNetwork();
  const watcher = createWatcher({ clock: systemClock, network });
  const rollcall = createRollcall({
    config,
    prober: createProber({ clock: systemClock, network }),
    follower: createFollower({ watcher, clock: systemClock, log }),
    store: createDenoKvStore(kv, systemClock),
    clock: systemClock,
    log,
    upgrade: upgradeOnDeno,
    shutdown: stop.signal,
  });

  keep(pending, rollcall.follow(invocation, stop.signal));
  keep(pending, refreshUntil(stop.signal, () => rollcall.refresh(invocation), config.server.refreshEveryMs));
  await serveUntil(stop.signal, config, (request) => rollcall.answer(request, invocation));
  await Promise.race([Promise.all(pending), systemClock.sleep(SHUTDOWN_MAX_MS)]);
  kv.close();
  Deno.exit(0);
}

async function refreshUntil(stop: AbortSignal, refresh: () => Promise<void>, everyMs: number): Promise<void> {
  while (!stop.aborted) {
    await refresh();
    await systemClock.sleep(everyMs, stop);
  }
}

/**
 * Serve until told to stop, then let answers under way end; open Watch streams end by the shutdown signal.
 *
 * A listener ends by itself when it cannot accept, as while strangers hold every file descriptor: it is put up again, and
 * again, at the same port. Only at boot is a port that cannot be had a reason to give up.
 */
async function serveUntil(stop: AbortSignal, config: Config, answer: Answer): Promise<void> {
  const { host, port } = config.server;
  let server: Deno.HttpServer<Deno.NetAddr> | undefined;
  try {
    server = listen(host, port, answer);
  } catch (error) {
    refuse(`Cannot listen on ${host}:${port}: ${String(error)}; choose another with HOST and PORT`);
  }
  announce(server.addr, config);
  const { port: boundPort } = server.addr;
  while (!stop.aborted) {
    try {
      await ended(server ??= listen(host, boundPort, answer), stop);
    } catch (error) {
      log({ event: "listener-error", error: String(error) });
    }
    server = undefined;
    await systemClock.sleep(RELISTEN_AFTER_MS, stop);
  }
}

type Answer = (request: Request) => Promise<Response>;

function listen(hostname: string, port: number, answer: Answer): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname, port, onListen: () => {} }, answer);
}

/** Resolves when the server was told to stop and has, or took too long; rejects when it ended by itself. */
async function ended(server: Deno.HttpServer, stop: AbortSignal): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const end = () => void Promise.race([server.shutdown(), systemClock.sleep(SHUTDOWN_MAX_MS)]).then(resolve);
  stop.addEventListener("abort", end, { once: true });
  try {
    await Promise.race([stopped, server.finished]);
  } finally {
    stop.removeEventListener("abort", end);
  }
}

/** The environment, with the registry from REGISTRY_FILE if it names one. */
function readConfig(): Config {
  const env = Deno.env.toObject();
  const path = env["REGISTRY_FILE"] ?? "";
  return path === "" ? parseConfig(env, "deno") : parseConfig(env, "deno", readRegistryFile(path));
}

function readRegistryFile(path: string): RegistryFile {
  try {
    return parseRegistryFile(Deno.readTextFileSync(path), path);
  } catch (error) {
    const state = error instanceof Error ? error.message : String(error);
    return { problems: [`Cannot read REGISTRY_FILE ${JSON.stringify(path)}: ${state}; name a file that can be read`] };
  }
}

async function openKv(path: string): Promise<Deno.Kv> {
  try {
    return await Deno.openKv(path);
  } catch (error) {
    return refuse(
      `Cannot open KV_PATH ${JSON.stringify(path)}: ${String(error)}; name a file in a folder that can be written`,
    );
  }
}

/** Say where Rollcall answers and whom it watches; the operator's log is the only place that shows addresses. */
function announce({ hostname, port }: Deno.NetAddr, { registry, problems }: Config): void {
  const host = hostname === "0.0.0.0" || hostname === "::" ? "localhost" : hostname;
  const upstreams = registry.upstreams.map(({ name, url, protocol }) => ({ name, url, protocol }));
  const groups = registry.groups.map(({ name }) => name);
  const verdict = problems.length === 0 ? {} : { verdict: "UNKNOWN until the registry errors are mended" };
  log({ event: "listening", url: `http://${host}:${port}`, upstreams, groups, problems: problems.length, ...verdict });
}

function keep(pending: Set<Promise<void>>, promise: Promise<void>): void {
  pending.add(promise);
  promise.finally(() => pending.delete(promise));
}

function refuse(reason: string): never {
  log({ event: "boot-error", problem: reason });
  Deno.exit(1);
}

/** One line of JSON per event. */
function log(entry: object): void {
  console.log(JSON.stringify(entry));
}
