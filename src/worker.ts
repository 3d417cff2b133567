import { connect } from "cloudflare:sockets";
import { systemClock } from "./clock.ts";
import { parseConfig } from "./config.ts";
import { createWorkersNetwork } from "./probe/network/workers.ts";
import { createProber } from "./probe/prober.ts";
import type { Invocation } from "./refresh.ts";
import { createPolledChanges } from "./refresh/polled-changes.ts";
import { createRollcall, type Rollcall } from "./rollcall.ts";
import { createMemoryStore } from "./store/memory.ts";
import { type AuthorityNamespace, createObjectAuthority } from "./store/authority-object-client.ts";
import { createWorkersKvStore, type KvNamespace } from "./store/workers-kv.ts";
import { upgradeOnWorkers } from "./upgrade/workers.ts";

export { RollcallAuthority } from "./store/authority-object.ts";

/** What `wrangler.toml` binds: `KV`, and the vars and secrets that `config.ts` reads. */
interface Env extends Readonly<Record<string, unknown>> {
  /** Without it, each isolate knows only what it saw itself. */
  readonly KV?: KvNamespace;
  /** Without it, nothing is written at run time. */
  readonly AUTHORITY?: AuthorityNamespace;
}

/** The part of the platform's execution context used here. */
interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
}

const place = () => colo ?? "unknown";

/** One per isolate: the environment does not change while an isolate lives. */
let rollcall: Rollcall | undefined;

/** The isolate's Cloudflare location, once a request has told it; a scheduled event, or a request of another Worker's, does not. */
let colo: string | undefined;

export default {
  fetch(request: Request & { readonly cf?: { readonly colo?: string } }, env: Env, context: ExecutionContext) {
    colo ??= request.cf?.colo;
    return (rollcall ??= boot(env)).answer(request, invocationOf(context));
  },

  async scheduled(_event: unknown, env: Env, context: ExecutionContext): Promise<void> {
    await (rollcall ??= boot(env)).refresh(invocationOf(context));
  },
};

function invocationOf(context: ExecutionContext): Invocation {
  return { place: place(), waitUntil: (pending) => context.waitUntil(pending) };
}

function boot(env: Env): Rollcall {
  const config = parseConfig(env, "workers");
  for (const problem of config.problems) log({ event: "registry-error", problem });
  const store = env.KV === undefined ? createMemoryStore() : createWorkersKvStore(env.KV);
  const network = createWorkersNetwork({ connect, bindings: env });
  const authority = env.AUTHORITY && createObjectAuthority(env.AUTHORITY, env.KV);
  const prober = createProber({ clock: systemClock, network, log, ...(authority && { authority }) });
  return createRollcall({
    config,
    prober,
    store,
    clock: systemClock,
    log,
    place,
    upgrade: upgradeOnWorkers,
    changes: createPolledChanges(systemClock),
    ...(authority && { authority }),
  });
}

/** Workers Logs keeps what is printed; one line of JSON is one searchable entry. */
function log(entry: object): void {
  console.log(JSON.stringify(entry));
}
