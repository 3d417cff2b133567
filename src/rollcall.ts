import type { Config } from "./config.ts";
import type { Clock, Prober, SnapshotStore } from "./ports.ts";
import { createRefresher, type Invocation } from "./refresh.ts";
import type { Follower } from "./refresh/follow.ts";
import type { RefreshFault, RefreshLog } from "./refresh/log.ts";
import { createRoutes } from "./surface/routes.ts";
import type { Upgrade } from "./surface/upgrade.ts";

/** What a platform lends. */
export interface Platform {
  readonly config: Config;
  readonly prober: Prober;
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly log: (entry: RefreshLog | RefreshFault) => void;
  readonly upgrade: Upgrade;
  /** Aborts when the server stops: open Watch streams then end. */
  readonly shutdown?: AbortSignal;
  /** Keeps Watch streams of upstreams, where a process lives long enough to. */
  readonly follower?: Follower;
}

/** The whole of Rollcall, short of a listener. */
export interface Rollcall {
  /** Answer one request. */
  answer(request: Request, invocation: Invocation): Promise<Response>;
  /** Bring the snapshot up to date with nobody asking. */
  refresh(invocation: Invocation): Promise<void>;
  /** Keep the Watch streams of watched upstreams, until `stop` aborts. Never rejects. */
  follow(invocation: Invocation, stop: AbortSignal): Promise<void>;
}

/** Put the loop and the surfaces together, alike on every platform. Create it once per isolate or process. */
export function createRollcall(platform: Platform): Rollcall {
  const { config, prober, store, clock, log, upgrade, shutdown, follower } = platform;
  const { registry, knobs, readToken, problems } = config;
  const isRegistryInvalid = problems.length > 0;
  const refresher = createRefresher({
    registry,
    knobs,
    prober,
    store,
    clock,
    log,
    isRegistryInvalid,
    ...(follower && { follower }),
  });
  // No answer stays fresh longer than the part of it that ages first.
  const shortestTtlMs = Math.min(knobs.ttlMs, ...registry.upstreams.map(({ ttlMs }) => ttlMs));
  const app = createRoutes({
    readToken,
    ttlMs: shortestTtlMs,
    watchEveryMs: shortestTtlMs,
    watchMaxMs: knobs.watchMaxMs,
    listMax: knobs.listMax,
    dryRunFailureStatus: knobs.dryRunFailureStatus,
    sleep: clock.sleep,
    nowMs: clock.nowMs,
    upgrade,
    ...(shutdown && { shutdown }),
  });
  return {
    answer: async (request, invocation) => await app.fetch(request, { load: refresher.begin(invocation) }),
    refresh: async (invocation) => void await refresher.begin(invocation)({ accept: "fresh", isScheduled: true }),
    follow: refresher.follow,
  };
}
