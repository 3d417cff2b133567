import type { Viewpoint } from "./core/age.ts";
import type { Knobs } from "./core/knobs.ts";
import type { Sighting } from "./core/observation.ts";
import { suspectReport } from "./core/observer.ts";
import type { Target } from "./core/registry.ts";
import type { Load, Report } from "./core/report.ts";
import type { Clock, FleetSource, Prober, SnapshotStore } from "./ports.ts";
import { createArchive } from "./refresh/archive.ts";
import { type Changes, createChanges } from "./refresh/changes.ts";
import { createFlights } from "./refresh/flights.ts";
import type { FollowedLoop, Follower } from "./refresh/follow.ts";
import { createGuard } from "./refresh/guard.ts";
import { createLoad } from "./refresh/invocation.ts";
import type { RefreshFault, RefreshLog } from "./refresh/log.ts";
import type { Invocation, Loop } from "./refresh/loop.ts";
import { createMemory } from "./refresh/memory.ts";
import { createReportCache } from "./refresh/report-cache.ts";
import { createScope, goneFrom, type Scope } from "./refresh/scope.ts";

export type { Invocation } from "./refresh/loop.ts";

/** What the loop works with; everything in it is shared by all invocations of an isolate or process. */
export interface RefresherOptions {
  readonly fleets: FleetSource;
  readonly knobs: Knobs;
  readonly prober: Prober;
  readonly store: SnapshotStore;
  readonly clock: Clock;
  /** Asked where nearly all targets fail, to tell a fault of theirs from one of our own network; default: nobody. */
  readonly canary?: Target;
  /** Gets one entry per refresh; default none. Entries hold names, counts and times, never an address or a secret. */
  readonly log?: (entry: RefreshLog | RefreshFault) => void;
  /** 0..1, uniform; default `Math.random`. */
  readonly random?: () => number;
  /** Tells those who wait that something turned; default {@link createChanges}. */
  readonly changes?: Changes;
  /** Keeps Watch streams beside the checks; default none. */
  readonly follower?: Follower;
}

/** The one loop: read prior, find due, fan out, confirm, fold, answer, write behind. */
export interface Refresher {
  /** Give an invocation its `load`, with a probe budget and a pool of its own. */
  begin(invocation: Invocation): Load;
  /** Learn what nobody asked for: a status that an upstream told us. The next refresh stores it. */
  learn(sighting: Sighting): void;
  /** Look at the fleet again: it may be another. Whoever asks for a report does so too. */
  look(): void;
  /** Resolves when a status turned or the fleet changed, or when `signal` aborts; never rejects. */
  changed(signal: AbortSignal): Promise<void>;
  /** Let the follower keep the streams of watched targets, until `stop` aborts. Never rejects. */
  follow(invocation: Invocation, stop: AbortSignal): Promise<void>;
}

/** Create the loop over its ports. Nothing happens until a `load` is called; a `load` never rejects. */
export function createRefresher(options: RefresherOptions): Refresher {
  const { fleets, knobs, clock, follower, log = () => {}, random = Math.random } = options;
  const { changes = createChanges() } = options;
  const reports = createReportCache();
  const guard = createGuard(changes.tell);
  /** Of the streams that are kept now. On Workers nobody keeps any, and what one request makes another must not abort. */
  let refollow: AbortController | undefined;
  const scope = createScope(fleets, onFleet);
  const flights = createFlights(clock, () => scope().longestProbeMs);
  const archive = createArchive({ ...options, isRegistered: (key) => scope().targets.has(key) });
  const memory = createMemory(() => scope().targets, knobs);
  const { stateOf } = memory;
  const loop: Loop = {
    ...options,
    canary: options.canary,
    log,
    random,
    scope,
    memory,
    stateOf,
    flights,
    archive,
    guard,
    reportAt,
    heed: (sighting) => {
      if (follower?.heed(sighting) !== false) learn(sighting);
    },
    bar: (target) => {
      if (memory.bar(target)) changes.tell();
    },
    keep,
  };

  function reportAt(view: Viewpoint, probesLeft: number): Report {
    const { fleet } = scope();
    const snapshot = memory.snapshot();
    const { storedAtMs, scheduledAtMs } = snapshot;
    const store = { kind: options.store.kind, storedAtMs, readAtMs: archive.readAtMs(), scheduledAtMs };
    const report = reports.at(view, { fleet, snapshot, problems: archive.problems(), probesLeft, store });
    return guard.isSuspect() ? suspectReport(report) : report;
  }

  /** The scope is another from now on; what follows from that. */
  function onFleet(now: Scope, before: Scope): void {
    memory.tidy(now.targets);
    flights.drop(goneFrom(before, now));
    if (now.watched !== before.watched) refollow?.abort();
    changes.tell();
  }

  function learn(sighting: Sighting): void {
    if (!memory.learn(sighting)) return;
    archive.note();
    changes.tell();
  }

  async function keep(): Promise<void> {
    const mark = await archive.keep(memory.snapshot());
    if (mark !== undefined) memory.mark(mark);
  }

  async function follow(invocation: Invocation, stop: AbortSignal): Promise<void> {
    const followed: FollowedLoop = {
      place: invocation.place,
      stateOf,
      learn(sighting) {
        learn(sighting);
        invocation.waitUntil(keep());
      },
      check: (key) => void createLoad(loop, invocation)({ isForced: true, isTrusted: true, only: key }),
    };
    while (follower !== undefined && !stop.aborted) {
      const { targets } = scope();
      refollow = new AbortController();
      const end = AbortSignal.any([stop, refollow.signal]);
      await follower.follow([...targets.values()], followed, end);
      // A fleet without watched targets has nothing to follow until it is another.
      if (!end.aborted) await new Promise((resolve) => end.addEventListener("abort", resolve, { once: true }));
    }
  }

  return {
    begin: (invocation) => createLoad(loop, invocation),
    learn,
    look: () => void scope(),
    changed: changes.next,
    follow,
  };
}
