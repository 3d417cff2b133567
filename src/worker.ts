import { systemClock } from "./clock.ts";
import { parseConfig } from "./config.ts";
import { createProber } from "./probe/prober.ts";
import { createRollcall, type Rollcall } from "./rollcall.ts";
import { createMemoryStore } from "./store/memory.ts";
import { createWorkersKvStore, type KvNamespace } from "./store/workers-kv.ts";

/** What `wrangler.toml` binds: `KV`, and the vars and secrets that `config.ts` reads. */
interface Env extends Readonly<Record<string, unknown>> {
  /** Without it, each isolate knows only what it saw itself. */
  readonly KV?: KvNamespace;
}

/** The part of the platform's execution context used here. */
interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
}

/** One per isolate: the environment does not change while an isolate lives. */
let rollcall: Rollcall | undefined;

export default {
  fetch(request: Request & { readonly cf?: { readonly colo?: string } }, env: Env, context: ExecutionContext) {
    const place = request.cf?.colo ?? "unknown";
    return (rollcall ??= boot(env)).answer(request, { place, waitUntil: (pending) => context.waitUntil(pending) });
  },

  async scheduled(_event: unknown, env: Env, context: ExecutionContext): Promise<void> {
    // A scheduled event does not tell its location; what it saw is another place's view to every reader.
    const invocation = { place: "cron", waitUntil: (pending: Promise<void>) => context.waitUntil(pending) };
    await (rollcall ??= boot(env)).refresh(invocation);
  },
};

function boot(env: Env): Rollcall {
  const config = parseConfig(env, "workers");
  for (const problem of config.problems) log({ event: "registry-error", problem });
  const store = env.KV === undefined ? createMemoryStore() : createWorkersKvStore(env.KV);
  return createRollcall({ config, prober: createProber(systemClock), store, clock: systemClock, log });
}

/** Workers Logs keeps what is printed; one line of JSON is one searchable entry. */
function log(entry: object): void {
  console.log(JSON.stringify(entry));
}
