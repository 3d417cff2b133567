import { systemClock } from "../clock.ts";
import { createGrpcClient, type GrpcClient } from "../probe/grpc/client.ts";
import { createProber } from "../probe/prober.ts";
import type { Invocation } from "../refresh.ts";
import { createRollcall as putTogether, type Rollcall } from "../rollcall.ts";
import { createMemoryStore } from "../store/memory.ts";
import { createPending } from "./pending.ts";
import { type EmbeddedConfig, readOptions } from "./read-options.ts";
import { requireToday } from "./require-today.ts";
import type { RollcallOptions } from "./rollcall-options.ts";

/** A Rollcall inside another's server. */
export interface EmbeddedRollcall extends AsyncDisposable {
  /**
   * Answer a request of any path below the mount. Never rejects.
   *
   * @param env Not read: some servers hand it on.
   * @param context Takes what outlives the answer, where the platform has one; without it that is kept here.
   */
  fetch(request: Request, env?: unknown, context?: ExecutionContext): Promise<Response>;
  /** Bring the snapshot up to date with nobody asking, as from a cron trigger. */
  refresh(context?: ExecutionContext): Promise<void>;
  /**
   * End what was begun: Watch streams hear NOT_SERVING and end, and nothing is probed any more. Resolves when what was
   * under way is over and all connections are given back; requests are answered yet, from what is known.
   */
  close(): Promise<void>;
}

/** The part of a platform's execution context used here. */
export interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
}

/**
 * Create the whole aggregator, for a server to answer requests by: `app.mount("/fleet", rollcall.fetch)`.
 *
 * Nothing happens before somebody asks, unless `refreshEveryMs` or a watched upstream says so.
 *
 * @throws {TypeError} For options that have errors, telling all of them.
 */
export function createRollcall(options: RollcallOptions): EmbeddedRollcall {
  requireToday();
  const read = readOptions(options);
  const { config, platform, refreshEveryMs } = read;
  const pending = createPending();
  /** None on Workers, where an isolate ends without a word, and at whose start none can be made. */
  const end = platform.rules === "workers" ? undefined : new AbortController();
  let place = config.place;
  /** Made when first needed: at a Worker's start no random number may be drawn. */
  let embedded: Embedded | undefined;

  const use = () => embedded ??= embed(options, read, { place: placeNow, ...(end && { end: end.signal }) });
  const placeNow = () => place ?? "embedded";

  function invocationOf(context: ExecutionContext | undefined): Invocation {
    const keep = (promise: Promise<void>) => pending.keep(promise);
    return { place: placeNow(), waitUntil: hasWaitUntil(context) ? (promise) => context.waitUntil(promise) : keep };
  }

  async function refreshUntil(stop: AbortSignal, everyMs: number): Promise<void> {
    while (!stop.aborted) {
      await use().rollcall.refresh(invocationOf(undefined));
      await systemClock.sleep(everyMs, stop);
    }
  }

  function begin(stop: AbortSignal): void {
    if (refreshEveryMs !== undefined) pending.keep(refreshUntil(stop, refreshEveryMs));
    if (isFollowing(options, read)) pending.keep(use().rollcall.follow(invocationOf(undefined), stop));
  }

  async function close(): Promise<void> {
    end?.abort();
    await pending.settled();
    embedded?.close();
  }

  if (end !== undefined) begin(end.signal);
  return {
    async fetch(request, _env, context) {
      place ??= platform.placeOf?.(request);
      return await use().rollcall.answer(request, invocationOf(context));
    },
    refresh: (context) => use().rollcall.refresh(invocationOf(context)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Embedded {
  readonly rollcall: Rollcall;
  close(): void;
}

interface Life {
  readonly place: () => string;
  readonly end?: AbortSignal;
}

function embed(
  options: RollcallOptions,
  { config, platform, basePath }: EmbeddedConfig,
  { place, end }: Life,
): Embedded {
  const { env = {}, store = createMemoryStore(), authority, log = () => {} } = options;
  const clock = systemClock;
  const written = authority === undefined ? {} : { authority };
  const network = platform.openNetwork({ env, isPrivateAllowed: config.isPrivateAllowed, log });
  const clients: GrpcClient[] = [];
  const openGrpc: typeof createGrpcClient = (options) => {
    const client = createGrpcClient(options);
    if (network.keepsConnections) clients.push(client);
    return client;
  };
  const follower = platform.createFollower?.({ network, clock, log });
  const changes = platform.createChanges?.(clock);
  const rollcall = putTogether({
    config,
    prober: createProber({ clock, network, log, openGrpc, ...written }),
    store,
    ...written,
    clock,
    log,
    place,
    basePath,
    ...(platform.upgrade && { upgrade: platform.upgrade }),
    ...(follower && { follower }),
    ...(changes && { changes }),
    ...(end && { leaving: end, shutdown: end }),
  });
  return {
    rollcall,
    close() {
      for (const client of clients.splice(0)) client.close();
      network.close?.();
    },
  };
}

/** Whoever may write may write a watched upstream. */
function isFollowing({ authority }: RollcallOptions, { platform, config }: EmbeddedConfig): boolean {
  const isAnyWatched = config.registry.upstreams.some(({ isWatched }) => isWatched === true);
  return platform.createFollower !== undefined && (authority !== undefined || isAnyWatched);
}

/** Servers that have no context hand on others' things in its place. */
function hasWaitUntil(context: unknown): context is ExecutionContext {
  return typeof context === "object" && context !== null && "waitUntil" in context &&
    typeof context.waitUntil === "function";
}
