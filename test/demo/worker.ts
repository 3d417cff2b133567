import process from "node:process";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import { parse } from "smol-toml";
import { portTaken } from "./port.ts";

/** What unlocks detail in the demo; a real one is a Worker secret. */
export const READ_TOKEN = "rollcall-demo-read-token";

/** The knobs that differ from the defaults. */
export const KNOBS = {
  // Not 15 s and 30 s, so that a turn of an upstream shows while one watches.
  TTL_MS: 2_000,
  STALE_MS: 4_000,
  // Refreshing so often, a Watch would use up the free plan's 45 in 18 s; a local workerd has no such limit.
  PROBES_PER_INVOCATION: 1_000,
};

/** As `wrangler.toml` has it; a local workerd runs no cron of its own. */
const CRON_EVERY_MS = 60_000;

const ROOT = new URL("../../", import.meta.url);

export interface WorkerOptions {
  /** Path of the bundle. */
  readonly scriptPath: string;
  /** `0` is any free one. */
  readonly port: number;
  /** The registry. */
  readonly vars: Readonly<Record<string, unknown>>;
  /** Whether what the Worker logs is printed. */
  readonly isLogging: boolean;
}

/** Rollcall on workerd. */
export interface Worker {
  /** Where it answers; rejects when it cannot. */
  readonly ready: Promise<string>;
  /** Kills workerd. */
  readonly close: () => Promise<void>;
}

/** Start the bundled Worker on 127.0.0.1, with a KV kept on disk and a cron each minute. */
export function startWorker({ scriptPath, port, vars, isLogging }: WorkerOptions): Worker {
  const options = {
    ...compatibility(),
    scriptPath,
    modules: true,
    host: "127.0.0.1",
    port,
    kvNamespaces: ["KV"],
    // A folder for each port, so that two demos never share a file.
    kvPersist: fileURLToPath(new URL(`.wrangler/demo/${port}`, ROOT)),
    bindings: { ...vars, ...KNOBS, READ_TOKEN, ALLOW_PRIVATE_UPSTREAMS: true },
    // Without it Miniflare asks the network where it is.
    cf: { colo: "demo" },
    log: new Log(LogLevel.ERROR),
    handleRuntimeStdio: (...streams: [NodeJS.ReadableStream, NodeJS.ReadableStream]) => {
      for (const stream of streams) isLogging ? stream.pipe(process.stdout, { end: false }) : stream.resume();
    },
  };
  const miniflare = withoutSignalListeners(() => new Miniflare(options));
  const cron = setInterval(() => runCron(miniflare), CRON_EVERY_MS);
  return {
    ready: whenRefreshed(miniflare, port),
    close: async () => {
      clearInterval(cron);
      // Rejects once more with what kept it from starting; it has cleaned up all the same.
      await miniflare.dispose().catch(() => {});
    },
  };
}

/** The platform that `wrangler.toml` deploys to. */
function compatibility() {
  const file = parse(Deno.readTextFileSync(new URL("wrangler.toml", ROOT)));
  return {
    compatibilityDate: String(file["compatibility_date"]),
    compatibilityFlags: [file["compatibility_flags"] ?? []].flat().map(String),
  };
}

/** Cron's first turn does not wait for the minute to end. */
async function whenRefreshed(miniflare: Miniflare, port: number): Promise<string> {
  const origin = await whenReady(miniflare, port);
  await runCron(miniflare);
  return origin;
}

async function whenReady(miniflare: Miniflare, port: number): Promise<string> {
  try {
    return (await miniflare.ready).origin;
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "ERR_ADDRESS_IN_USE" ? portTaken(port) : error;
  }
}

async function runCron(miniflare: Miniflare): Promise<void> {
  try {
    // Miniflare's types for it need those of Workers, which would change what the rest of the project means.
    const worker = await miniflare.getWorker() as unknown as { scheduled(event: { cron: string }): Promise<unknown> };
    await worker.scheduled({ cron: "* * * * *" });
  } catch (error) {
    console.error("Cannot run the cron:", error);
  }
}

/** Miniflare would end the process at once on SIGINT, with an exit code of failure; the demo stops itself. */
function withoutSignalListeners<T>(create: () => T): T {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  const created = create();
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!before.has(listener)) process.removeListener(signal, listener);
    }
  }
  return created;
}
