import { DatabaseSync } from "node:sqlite";
import { eventually } from "./eventually.ts";
import { createLeaks } from "./leak/leaks.ts";
import { startRecordingProxy } from "./leak/recording-proxy.ts";
import { checkLog, entriesOf, environment, type RollcallOptions, type RunningRollcall } from "./rollcall.ts";

/** A Rollcall as a Deno process, with what only that platform has. */
export interface RunningProcess extends RunningRollcall {
  /** Where it serves native gRPC, such as `127.0.0.1:50051`; `""` when it does not. */
  readonly grpc: string;
  /** Send SIGTERM and give the exit code; rejects when the process does not end within its own limit. */
  terminate(): Promise<number>;
  /** SIGKILL, without a goodbye; resolves when it is gone. */
  kill(): Promise<void>;
}

const ROOT = new URL("../../", import.meta.url);

/** A process that refreshes only when somebody asks: the longest interval there is. */
const NEVER_MS = "2147483647";

/** No drain but where a test is about it, and any free port of native gRPC. */
const DEFAULTS = { REFRESH_EVERY_MS: NEVER_MS, DRAIN_MS: "0", GRPC_PORT: "0" };

/** Longer than the process gives itself to shut down. */
const EXIT_WITHIN_MS = 10_000;

/**
 * Start `src/deno.ts` as a process of its own, with a Deno KV file of its own. Rejects with its log when it does not listen.
 *
 * All that it says is recorded by proxies before its ports, and `stop` rejects when something was told to whom it is not for.
 *
 * @param fileLimit File descriptors it may hold; default: as many as this process may.
 */
export async function startOnDeno(options: RollcallOptions, fileLimit?: number): Promise<RunningProcess> {
  const folder = await Deno.makeTempDir({ prefix: "rollcall-kv-" });
  const kvPath = `${folder}/rollcall.sqlite3`;
  const own = { HOST: "127.0.0.1", PORT: "0", KV_PATH: kvPath };
  const envOf = (asked: RollcallOptions) => ({ ...DEFAULTS, ...environment(asked), ...own });
  let log = "";
  const start = (asked = options) => spawn(envOf(asked), (text) => log += text, fileLimit);
  let child = start();
  const at = { http: 0, grpc: 0 };
  const leaks = createLeaks(envOf(options));
  await listening();
  const isDirect = options.isDirect === true || fileLimit !== undefined;
  const http = isDirect ? undefined : await startRecordingProxy(() => at.http, leaks.hear);
  const grpc = isDirect || at.grpc === 0 ? undefined : await startRecordingProxy(() => at.grpc, leaks.hear);

  async function listening(starts = 1): Promise<void> {
    const entry = await eventually(
      () => entriesOf(log, "listening")[starts - 1],
      () => `it does not listen; its log is:\n${log}`,
    );
    at.http = portOf(entry["url"]);
    at.grpc = portOf(entry["grpc"]);
  }

  async function terminate(): Promise<number> {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), EXIT_WITHIN_MS);
    const { code, signal } = await child.status;
    clearTimeout(timer);
    if (signal === "SIGKILL") throw new Error(`Cannot end the process by SIGTERM; its log is:\n${log}`);
    return code;
  }

  async function endOnce(): Promise<void> {
    if (!await hasEnded(child)) await terminate();
  }

  async function stop(): Promise<void> {
    await endOnce();
    await Promise.all([http?.close(), grpc?.close()]);
    await Deno.remove(folder, { recursive: true });
    checkLog(log);
    leaks.check(log);
  }

  return {
    get url() {
      return `http://127.0.0.1:${http?.port ?? at.http}`;
    },
    get grpc() {
      return at.grpc === 0 ? "" : `127.0.0.1:${grpc?.port ?? at.grpc}`;
    },
    log: () => log,
    entries: (event) => entriesOf(log, event),
    breakStore: () => Promise.resolve(dropTables(kvPath)),
    restart: async (vars = options.vars) => {
      await endOnce();
      const starts = entriesOf(log, "listening").length;
      child = start({ ...options, ...(vars && { vars }) });
      await listening(starts + 1);
    },
    terminate,
    kill: async () => {
      child.kill("SIGKILL");
      await child.status;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Of `scheme://host:port`; 0 when there is none. */
function portOf(url: unknown): number {
  return Number(/:(\d+)$/.exec(String(url))?.[1] ?? 0);
}

function spawn(
  env: Readonly<Record<string, string>>,
  print: (text: string) => void,
  fileLimit?: number,
): Deno.ChildProcess {
  const limit = fileLimit === undefined ? "" : `ulimit -n ${fileLimit}; `;
  const child = new Deno.Command("sh", {
    args: ["-c", `${limit}exec "$0" "$@"`, Deno.execPath(), "run", "-A", "--unstable-kv", "src/deno.ts"],
    cwd: ROOT,
    env: { ...inherited("PATH", "HOME", "DENO_DIR"), ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  for (const stream of [child.stdout, child.stderr]) void pump(stream, print);
  return child;
}

async function pump(stream: ReadableStream<Uint8Array>, print: (text: string) => void): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) print(text);
}

function inherited(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** Whether the process has ended by now. */
function hasEnded(child: Deno.ChildProcess): Promise<boolean> {
  return Promise.race([
    child.status.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, 0, false)),
  ]);
}

/** What another program would do to a Deno KV file by mistake: from then on it has no table to read or write. */
function dropTables(path: string): void {
  using database = new DatabaseSync(path, { timeout: 5_000 });
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
  for (const { name } of tables) database.exec(`drop table "${name}"`);
}
