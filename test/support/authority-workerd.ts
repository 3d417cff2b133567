import type { Readable } from "node:stream";
import { Miniflare, type MiniflareOptions, type RemoteProxyConnectionString } from "miniflare";
import type { Authority } from "../../src/ports.ts";
import { bundle } from "./bundle.ts";
import { childrenOf } from "./children.ts";
import { startFaultServer } from "./fault-server.ts";

/** A Durable Object in workerd, with its KV, and two Workers that use it. */
export interface AuthorityWorkers extends AsyncDisposable {
  /** Of one Worker, and of another, each call in an invocation of its own. */
  readonly authority: Authority;
  readonly other: Authority;
  /** The text in KV that copies the records; null when there is none. */
  copyText(): Promise<string | null>;
  /** As if KV had lost it. */
  loseCopy(): Promise<void>;
  /** End workerd and start it again, with the same storage, its KV whole, gone wrong or not bound. */
  restart(kv: "whole" | "broken" | "unbound"): Promise<void>;
  /** The same, ending it by SIGKILL. */
  kill(): Promise<void>;
  log(): string;
}

const WORKER = `
  import { createObjectAuthority } from "../../src/store/authority-object-client.ts";
  export { RollcallAuthority } from "../../src/store/authority-object.ts";
  export default {
    async fetch(request, env) {
      const { method, args } = await request.json();
      try {
        const result = await createObjectAuthority(env.AUTHORITY, env.KV)[method](...args.map((arg) => arg ?? undefined));
        return Response.json({ result: result instanceof Map ? [...result] : result });
      } catch (error) {
        return Response.json({ error: error.message });
      }
    },
  };
`;

/** Start workerd; it is a process of its own, which the sanitizers take for a leak. */
export async function startAuthorityWorkers(): Promise<AuthorityWorkers> {
  const folder = await Deno.makeTempDir({ prefix: "rollcall-authority-" });
  const faulty = await startFaultServer({ send: "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n" });
  const script = await bundle(WORKER, import.meta.url);
  const printed: string[] = [];
  const remote = new URL(faulty.url) as RemoteProxyConnectionString;
  const namespaces = { whole: ["KV"], broken: { KV: { id: "KV", remoteProxyConnectionString: remote } }, unbound: [] };
  const optionsWith = (kv: keyof typeof namespaces): MiniflareOptions => ({
    workers: ["one", "other"].map((name) => ({
      name,
      routes: [`${name}/*`],
      script,
      modules: true,
      compatibilityDate: "2026-07-30",
      kvNamespaces: namespaces[kv],
      durableObjects: { AUTHORITY: { className: "RollcallAuthority", scriptName: "one", useSQLite: true } },
    })),
    durableObjectsPersist: `${folder}/objects`,
    kvPersist: `${folder}/kv`,
    handleRuntimeStdio: (...streams: Readable[]) =>
      streams.forEach((stream) => stream.on("data", (chunk) => printed.push(String(chunk)))),
  });
  let run = await start(optionsWith("whole"));

  async function end(): Promise<void> {
    run.end();
    await run.miniflare.dispose();
  }

  async function restart(kv: keyof typeof namespaces): Promise<void> {
    await end();
    run = await start(optionsWith(kv));
  }

  /** Miniflare's own types name those of a package that is not installed. */
  async function kvStore(): Promise<TextStore> {
    return await run.miniflare.getKVNamespace("KV", "one") as unknown as TextStore;
  }

  return {
    authority: clientOf(() => run, "one"),
    other: clientOf(() => run, "other"),
    copyText: async () => await (await kvStore()).get("fleet"),
    loseCopy: async () => await (await kvStore()).delete("fleet"),
    restart,
    async kill() {
      if (run.pids.length === 0) throw new Error("Cannot kill workerd: no process of that name is ours");
      for (const pid of run.pids) Deno.kill(pid, "SIGKILL");
      await restart("whole");
    },
    log: () => printed.join(""),
    async [Symbol.asyncDispose]() {
      await end();
      await faulty.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

interface TextStore {
  get(key: string): Promise<string | null>;
  delete(key: string): Promise<void>;
}

/** From one start to its end. */
interface Run {
  readonly miniflare: Miniflare;
  /** The processes it started. */
  readonly pids: readonly number[];
  /** Have all calls that are under way reject: of a killed workerd, Miniflare leaves some without an answer for ever. */
  readonly end: () => void;
  readonly ended: Promise<never>;
}

/** One start at a time, to know whose the new process is. */
let lastStart: Promise<unknown> = Promise.resolve();

function start(options: MiniflareOptions): Promise<Run> {
  const started = lastStart.then(async () => {
    const before = new Set(childrenOf(Deno.pid, "workerd"));
    const miniflare = new Miniflare(options);
    await miniflare.ready;
    const pids = childrenOf(Deno.pid, "workerd").filter((pid) => !before.has(pid));
    const { promise: ended, reject } = Promise.withResolvers<never>();
    ended.catch(() => {});
    return { miniflare, pids, end: () => reject(new Error("workerd has ended")), ended };
  });
  lastStart = started.catch(() => {});
  return started;
}

/** The authority as the Worker of this name has it. */
function clientOf(run: () => Run, name: string): Authority {
  async function call<T>(method: string, ...args: unknown[]): Promise<T> {
    const { miniflare, ended } = run();
    const init = { method: "POST", body: JSON.stringify({ method, args }) };
    const answering = miniflare.dispatchFetch(`http://${name}/`, init).then((response) => response.json());
    const answer = await Promise.race([answering, ended]) as { result: T; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }
  return {
    kind: "durable-object",
    list: async (prefix) => new Map(await call("list", prefix)),
    recall: async () => new Map(await call("recall")),
    put: (key, value, expected) => call("put", key, value, expected),
  };
}
