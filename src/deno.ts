import { systemClock } from "./clock.ts";
import { type Config, parseConfig } from "./config.ts";
import { listeningEntry } from "./deno/listening-entry.ts";
import { readRegistryFile } from "./deno/read-registry-file.ts";
import { startGrpcServer } from "./grpc-server/server.ts";
import { listenHttp } from "./listen/http.ts";
import { keepListening, type Listener } from "./listen/listener.ts";
import type { Authority } from "./ports.ts";
import { createAddressGuard } from "./probe/network/deno-guard.ts";
import { createDenoNetwork } from "./probe/network/deno.ts";
import { createProber } from "./probe/prober.ts";
import { createWatcher } from "./probe/watch.ts";
import type { Invocation } from "./refresh.ts";
import { createFollower } from "./refresh/follow.ts";
import { createRollcall, type Rollcall } from "./rollcall.ts";
import { pushReports } from "./satellite.ts";
import { createDenoKvAuthority } from "./store/authority-deno-kv.ts";
import { createDenoKvStore } from "./store/deno-kv.ts";
import { upgradeOnDeno } from "./upgrade/deno.ts";

/** From the ports' closing to the end of the process, in milliseconds: with the drain before it, container platforms kill after ten seconds. */
const CLOSING_MAX_MS = 6_000;

await main();

/** Run Rollcall as a process until SIGINT or SIGTERM; README, "Configuration", lists the environment it reads. */
async function main(): Promise<void> {
  const config = readConfig();
  for (const problem of config.problems) log({ event: "registry-error", problem });
  const { leaving, stop } = shutdownSignals(config.server.drainMs);
  const kv = await openKv(config.server.kvPath);
  const pending = new Set<Promise<void>>();
  const place = config.place ?? Deno.hostname();
  const invocation = {
    place,
    waitUntil: (promise: Promise<void>) => keep(pending, promise),
  };
  const network = createDenoNetwork(config.isPrivateAllowed ? {} : { guard: createAddressGuard({ onRefused }) });
  const watcher = createWatcher({ clock: systemClock, network });
  const authority = await writtenAuthority(config, kv);
  const rollcall = createRollcall({
    config,
    prober: createProber({ clock: systemClock, network, log, ...(authority && { authority }) }),
    follower: createFollower({ watcher, clock: systemClock, log }),
    store: createDenoKvStore(kv, systemClock),
    ...(authority && { authority }),
    clock: systemClock,
    log,
    place: () => place,
    upgrade: upgradeOnDeno,
    leaving,
    shutdown: stop,
  });

  keep(pending, rollcall.follow(invocation, leaving));
  keep(pending, refreshUntil(leaving, () => rollcall.refresh(invocation), config.server.refreshEveryMs));
  keep(pending, pushUntil(leaving, config, rollcall, invocation));
  const ended = serve(config, rollcall, invocation, stop).then(() => Promise.all(pending));
  await Promise.race([ended, closedTooLate(stop)]);
  kv.close();
  Deno.exit(0);
}

/**
 * What keeps what is written at run time. Who set no token to write by, and has nothing written, does not depend on its being
 * read; what was written before the tokens were taken away stays in force.
 */
async function writtenAuthority({ adminToken, pushToken }: Config, kv: Deno.Kv): Promise<Authority | undefined> {
  const authority = createDenoKvAuthority(kv, systemClock);
  if (adminToken !== undefined || pushToken !== undefined) return authority;
  const written = await authority.recall().catch(() => undefined);
  return written === undefined || written.size === 0 ? undefined : authority;
}

/** An upstream that is registered by a name may be anywhere a moment later. */
function onRefused(upstream: string): void {
  const problem = "its name leads to an address that is not public: it is not asked, and UNKNOWN; " +
    "set ALLOW_PRIVATE_UPSTREAMS = true where this process is inside that network";
  log({ event: "upstream-refused", upstream, problem });
}

/** A signal begins the drain, after which all stops; a second one stops at once. */
function shutdownSignals(drainMs: number): { readonly leaving: AbortSignal; readonly stop: AbortSignal } {
  const leaving = new AbortController();
  const stop = new AbortController();
  const told = () => {
    if (leaving.signal.aborted) return stop.abort();
    leaving.abort();
    void systemClock.sleep(drainMs, stop.signal).then(() => stop.abort());
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, told);
  return { leaving: leaving.signal, stop: stop.signal };
}

/** Resolves when what is under way at the end has had its time. */
async function closedTooLate(stop: AbortSignal): Promise<void> {
  await new Promise((resolve) => stop.addEventListener("abort", resolve, { once: true }));
  await systemClock.sleep(CLOSING_MAX_MS);
}

async function refreshUntil(stop: AbortSignal, refresh: () => Promise<void>, everyMs: number): Promise<void> {
  while (!stop.aborted) {
    await refresh();
    await systemClock.sleep(everyMs, stop);
  }
}

/** As a satellite, push what is seen here to another Rollcall, if one is named. */
async function pushUntil(stop: AbortSignal, config: Config, rollcall: Rollcall, invocation: Invocation): Promise<void> {
  if (config.push === undefined) return;
  const { changed } = rollcall.settings;
  const begin = () => rollcall.load(invocation);
  await pushReports({ config: config.push, begin, changed, clock: systemClock, log }, stop);
}

/** Listen for HTTP, and for native gRPC unless it is off; resolves when told to stop and all is closed. */
async function serve(config: Config, rollcall: Rollcall, invocation: Invocation, stop: AbortSignal): Promise<void> {
  const { host, port, grpcPort, grpcTls } = config.server;
  const tls = grpcTls &&
    { cert: readPemFile("TLS_CERT", grpcTls.certFile), key: readPemFile("TLS_KEY", grpcTls.keyFile) };
  const answer = (request: Request) => rollcall.answer(request, invocation);
  const begin = () => rollcall.load(invocation);
  const http = await listen((port) => Promise.try(listenHttp, host, port, answer), port, "PORT", stop);
  const grpc = grpcPort === undefined ? undefined : await listen(
    (port) => startGrpcServer({ host, port, ...(tls && { tls }) }, rollcall.settings, begin),
    grpcPort,
    "GRPC_PORT",
    stop,
  );
  log(listeningEntry(config, http.port, grpc?.port));
  await Promise.all([http.closed, grpc?.closed]);
}

/** Only at boot is a port that cannot be had a reason to give up. */
async function listen(
  start: (port: number) => Promise<Listener>,
  port: number,
  variable: string,
  stop: AbortSignal,
): Promise<{ readonly port: number; readonly closed: Promise<void> }> {
  const first = await start(port).catch((error: unknown) =>
    refuse(`Cannot listen on port ${port}: ${String(error)}; mend that, or choose another with ${variable}`)
  );
  const closed = keepListening(first, {
    clock: systemClock,
    stop,
    again: () => start(first.port),
    onError: (error) => log({ event: "listener-error", port: first.port, error: String(error) }),
  });
  return { port: first.port, closed };
}

function readPemFile(variable: string, path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    return refuse(`Cannot read ${variable} ${JSON.stringify(path)}: ${String(error)}; name a file that can be read`);
  }
}

/** The environment, with the registry from REGISTRY_FILE if it names one. */
function readConfig(): Config {
  const env = Deno.env.toObject();
  const path = env["REGISTRY_FILE"] ?? "";
  return path === "" ? parseConfig(env, "deno") : parseConfig(env, "deno", readRegistryFile(path));
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
