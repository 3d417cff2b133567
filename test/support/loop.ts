import type { Knobs } from "../../src/core/knobs.ts";
import type { Registry, Target } from "../../src/core/registry.ts";
import type { LoadOptions } from "../../src/core/report.ts";
import type { FleetSource, Prober, SnapshotStore, Watcher } from "../../src/ports.ts";
import { createRefresher } from "../../src/refresh.ts";
import { fixedFleet } from "../../src/refresh/fixed-fleet.ts";
import { createFollower } from "../../src/refresh/follow.ts";
import type { RefreshFault, RefreshLog, WatchLog } from "../../src/refresh/log.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { knobs } from "./fleet.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";

/** What a test of the loop may choose. */
export interface LoopOptions {
  readonly registry: Registry;
  /** Instead of `registry` alone. */
  readonly fleets?: FleetSource;
  readonly canary?: Target;
  readonly prober: Prober;
  readonly store?: SnapshotStore;
  readonly clock?: TestClock;
  readonly knobs?: Partial<Knobs>;
  readonly place?: string;
  readonly watcher?: Watcher;
}

/** The real loop on a clock the test moves; every `load` is an invocation of its own, as a request is. */
export function createLoop(options: LoopOptions) {
  const clock = options.clock ?? createTestClock();
  const place = options.place ?? "here";
  const pending: Promise<void>[] = [];
  const logs: (RefreshLog | RefreshFault)[] = [];
  const watchLogs: WatchLog[] = [];
  const random = () => 0.5;
  const { watcher } = options;
  const follower = watcher && createFollower({ watcher, clock, random, log: (entry) => watchLogs.push(entry) });
  const waitUntil = (promise: Promise<void>) => void pending.push(promise);
  const refresher = createRefresher({
    fleets: options.fleets ?? fixedFleet(options.registry),
    ...(options.canary && { canary: options.canary }),
    knobs: knobs(options.knobs),
    prober: options.prober,
    store: options.store ?? createMemoryStore(),
    clock,
    log: (entry) => logs.push(entry),
    random,
    ...(follower && { follower }),
  });
  const begin = () => refresher.begin({ place, waitUntil });
  const start = (asked?: LoadOptions) => begin()(asked);
  return {
    clock,
    logs,
    watchLogs,
    begin,
    start,
    learn: refresher.learn,
    changed: refresher.changed,
    /** Load, moving time on until the answer is there. */
    load: (asked?: LoadOptions) => clock.until(start(asked)),
    /** Keep the streams of watched upstreams open until `stop` aborts. */
    follow: (stop: AbortSignal) => refresher.follow({ place, waitUntil }, stop),
    /** Let every refresh that goes on behind its answer end. */
    rest: async () => {
      await clock.until(Promise.all(pending.splice(0)));
    },
  };
}
