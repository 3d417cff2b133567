import type { Readable } from "node:stream";
import { Miniflare, type MiniflareOptions, type RemoteProxyConnectionString } from "miniflare";
import { parse } from "smol-toml";
import { builtWorker } from "./build.ts";
import { startFaultServer } from "./fault-server.ts";
import { createLeaks } from "./leak/leaks.ts";
import { startRecordingProxy } from "./leak/recording-proxy.ts";
import { checkLog, entriesOf, environment, type RollcallOptions, type RunningRollcall } from "./rollcall.ts";

/** A Rollcall on workerd, with what only that platform has. */
export interface RunningWorker extends RunningRollcall {
  /** Run the cron trigger once. */
  scheduled(): Promise<void>;
  /** The text stored in KV; null when there is none. */
  storedText(): Promise<string | null>;
}

/** What a `wrangler.toml` may leave out. */
export interface WorkerBindings {
  /** The Durable Object; default: bound. */
  readonly authority?: "bound" | "unbound";
}

/**
 * Start the built, minified bundle on workerd, with a KV and a Durable Object of its own. The bundle is built first where it
 * is not up to date. What it says is recorded as on Deno.
 */
export async function startOnWorkerd(
  options: RollcallOptions,
  { authority = "bound" }: WorkerBindings = {},
): Promise<RunningWorker> {
  const folder = await Deno.makeTempDir({ prefix: "rollcall-kv-" });
  const faulty = await startFaultServer({ send: "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n" });
  const printed: string[] = [];
  const env = environment(options);
  const leaks = createLeaks(env);
  const base: MiniflareOptions = {
    modules: true,
    scriptPath: await builtWorker(),
    ...compatibility(),
    bindings: env,
    kvPersist: `${folder}/kv`,
    durableObjects: authority === "bound" ? { AUTHORITY: { className: "RollcallAuthority", useSQLite: true } } : {},
    durableObjectsPersist: `${folder}/objects`,
    // Else Miniflare asks the network where it is.
    cf: { colo: "TST" },
    host: "127.0.0.1",
    port: 0,
    handleRuntimeStdio: (...streams: Readable[]) =>
      streams.forEach((stream) => stream.on("data", (chunk) => printed.push(String(chunk)))),
  };
  const withKv = { ...base, kvNamespaces: ["KV"] };
  // A namespace in the cloud, of which every call is answered with an error.
  const withBrokenKv = {
    ...base,
    kvNamespaces: { KV: { id: "KV", remoteProxyConnectionString: new URL(faulty.url) as RemoteProxyConnectionString } },
  };
  let worker = new Miniflare(withKv);
  let port = Number((await worker.ready).port);
  const recorder = options.isDirect ? undefined : await startRecordingProxy(() => port, leaks.hear);

  async function restart(how: MiniflareOptions): Promise<void> {
    await worker.dispose();
    worker = new Miniflare(how);
    port = Number((await worker.ready).port);
  }

  async function stop(): Promise<void> {
    await worker.dispose();
    await recorder?.close();
    await faulty.close();
    await Deno.remove(folder, { recursive: true });
    checkLog(printed.join(""));
    leaks.check(printed.join(""));
  }

  return {
    get url() {
      return `http://127.0.0.1:${recorder?.port ?? port}`;
    },
    log: () => printed.join(""),
    entries: (event) => entriesOf(printed.join(""), event),
    breakStore: () => restart(withBrokenKv),
    restart: (vars = options.vars) =>
      restart({ ...withKv, bindings: environment({ ...options, ...(vars && { vars }) }) }),
    scheduled: async () => {
      // Miniflare's types name those of a package that is not installed.
      const handlers = await worker.getWorker() as unknown as WorkerHandlers;
      const { outcome } = await handlers.scheduled({ cron: "* * * * *" });
      if (outcome !== "ok") throw new Error(`Cannot run the cron trigger: its outcome is ${outcome}`);
    },
    storedText: async () => {
      const namespace = await worker.getKVNamespace("KV") as unknown as KvReader;
      return await namespace.get("snapshot");
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface WorkerHandlers {
  scheduled(event: { readonly cron: string }): Promise<{ readonly outcome: string }>;
}

interface KvReader {
  get(key: string): Promise<string | null>;
}

/** As deployed: from `wrangler.toml`. */
function compatibility(): { compatibilityDate: string; compatibilityFlags: string[] } {
  const config = parse(Deno.readTextFileSync(new URL("../../wrangler.toml", import.meta.url)));
  const { compatibility_date, compatibility_flags } = config;
  if (!Array.isArray(compatibility_flags)) throw new Error("Cannot read wrangler.toml: it has no compatibility_flags");
  return { compatibilityDate: String(compatibility_date), compatibilityFlags: compatibility_flags.map(String) };
}
