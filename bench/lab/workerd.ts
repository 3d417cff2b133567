import { Log, LogLevel, Miniflare } from "miniflare";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { childrenOfThisProcess } from "./processes.ts";
import type { Server } from "./server.ts";

/** What to run: the built bundle, or a module's text. */
export type WorkerSource = { readonly scriptPath: string } | { readonly script: string };

/** The Worker as `deno task build` bundles it, minified. */
export const BUNDLE = { scriptPath: fileURLToPath(new URL("../../dist/worker.js", import.meta.url)) };

/** How it runs. */
export interface WorkerOptions {
  readonly bindings?: Readonly<Record<string, unknown>>;
  /** Default: none, for Miniflare's imitation of KV runs in the same process and would be measured too. */
  readonly kvNamespaces?: string[];
}

/**
 * Start a Worker in a workerd of its own.
 *
 * Requests to its port reach it directly: Miniflare's usual entry is a Worker too, whose work would be in both sides of
 * every ratio and hide the difference.
 */
export async function startWorker(source: WorkerSource, options: WorkerOptions = {}): Promise<Server> {
  const before = new Set(childrenOfThisProcess("workerd"));
  const miniflare = new Miniflare({
    ...source,
    ...options,
    modules: true,
    compatibilityDate: "2026-07-30",
    compatibilityFlags: ["global_fetch_strictly_public"],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    // Otherwise Miniflare fetches one from the network.
    cf: { colo: "bench" },
    log: new Log(LogLevel.ERROR),
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      stdout.resume();
      stderr.on("data", (chunk: Uint8Array) => Deno.stderr.writeSync(chunk));
    },
  });
  await miniflare.ready;
  const { port } = await miniflare.unsafeGetDirectURL();
  const [pid] = childrenOfThisProcess("workerd").filter((pid) => !before.has(pid));
  if (pid === undefined) throw new Error("Cannot find workerd: it is no child of this process");
  return { port: Number(port), pid, [Symbol.asyncDispose]: () => miniflare.dispose() };
}
