import { ageOf, remembered, type Viewpoint } from "./core/age.ts";
import { confirmReserve, type DueTarget, dueTargets } from "./core/due.ts";
import { type Freshness, isSpeechless } from "./core/freshness.ts";
import type { Knobs } from "./core/knobs.ts";
import { knownOf } from "./core/known.ts";
import type { Sighting } from "./core/observation.ts";
import { type Registry, type Target, targetsOf } from "./core/registry.ts";
import { HOPS_MAX, type Load, type LoadOptions, type Report, type StoreReport } from "./core/report.ts";
import { createPool, type Pool } from "./fan-out.ts";
import { createArchive } from "./refresh/archive.ts";
import { askAll } from "./refresh/ask-all.ts";
import { createFlights, type Flight } from "./refresh/flights.ts";
import type { FollowedLoop, Follower } from "./refresh/follow.ts";
import type { ProbeBudget } from "./refresh/inquiry.ts";
import type { Clock, Prober, ProbeSession, SnapshotStore } from "./ports.ts";
import { type RefreshFault, type RefreshLog, refreshLog } from "./refresh/log.ts";
import { createMemory } from "./refresh/memory.ts";
import { createReportCache } from "./refresh/report-cache.ts";

/** What the loop works with; everything in it is shared by all invocations of an isolate or process. */
export interface RefresherOptions {
  readonly registry: Registry;
  readonly knobs: Knobs;
  readonly prober: Prober;
  readonly store: SnapshotStore;
  readonly clock: Clock;
  /** The registry did not parse: nothing is probed and every verdict is UNKNOWN. */
  readonly isRegistryInvalid?: boolean;
  /** Gets one entry per refresh; default none. Entries hold names, counts and times, never an address or a secret. */
  readonly log?: (entry: RefreshLog | RefreshFault) => void;
  /** 0..1, uniform; default `Math.random`. */
  readonly random?: () => number;
  /** Keeps Watch streams beside the checks; default none. */
  readonly follower?: Follower;
}

/** One request, scheduled event or timer tick that may refresh. */
export interface Invocation {
  readonly place: string;
  /** Takes what outlives the answer; on Workers it must be the platform's, or a client that goes away ends the refresh. */
  readonly waitUntil: (pending: Promise<void>) => void;
}

/** The one loop: read prior, find due, fan out, confirm, fold, answer, write behind. */
export interface Refresher {
  /** Give an invocation its `load`, with a probe budget and a pool of its own. */
  begin(invocation: Invocation): Load;
  /** Let the follower keep the streams of watched targets, until `stop` aborts. Never rejects. */
  follow(invocation: Invocation, stop: AbortSignal): Promise<void>;
}

/** Strangers may force a probe of a target once in this many milliseconds. */
export const FORCE_EVERY_MS = 5_000;

/** Kept from the answer-by deadline for the way back to the caller, in milliseconds. */
export const ANSWER_MARGIN_MS = 50;

/** Known-failing targets hold at most this many slots of the pool. */
const KNOWN_FAILING_SLOTS = 2;

/** Create the loop over its ports. Nothing happens until a `load` is called; a `load` never rejects. */
export function createRefresher(options: RefresherOptions): Refresher {
  const { registry, knobs, prober, clock, follower, log = () => {}, random = Math.random } = options;
  const targets = new Map(targetsOf(registry).map((target) => [target.key, target]));
  const flights = createFlights(clock, Math.max(0, ...registry.upstreams.map(({ timeoutMs }) => timeoutMs)));
  const reports = createReportCache(registry, options.isRegistryInvalid ?? false);
  const archive = createArchive({ ...options, isRegistered: (key) => targets.has(key) });
  const memory = createMemory(targets, knobs);
  const stateOf = (key: string) => memory.snapshot().targets[key];

  function storeReport(): StoreReport {
    const { storedAtMs, scheduledAtMs } = memory.snapshot();
    return { kind: options.store.kind, storedAtMs, readAtMs: archive.readAtMs(), scheduledAtMs };
  }

  function begin({ place, waitUntil }: Invocation): Load {
    const budget: ProbeBudget = {
      left: knobs.probesPerInvocation,
      reserved: confirmReserve(knobs.probesPerInvocation),
    };
    let pool: Pool | undefined;

    const view = (): Viewpoint => ({ nowMs: clock.nowMs(), place, bounds: knobs });
    const age = ({ key, upstream }: Target): Freshness => ageOf(stateOf(key), upstream, view());
    const report = () =>
      reports.at(view(), {
        snapshot: memory.snapshot(),
        problems: archive.problems(),
        probesLeft: budget.left,
        store: storeReport(),
      });

    async function load(asked: LoadOptions = {}): Promise<Report> {
      if (asked.isScheduled === true) memory.schedule(clock.nowMs());
      const known = report();
      const hops = asked.hops ?? 0;
      if (known.isAllFresh && asked.isForced !== true) return known;
      if (hops >= HOPS_MAX) return await recall();
      const waitMs = Math.min(asked.deadlineMs ?? Infinity, knobs.deadlineMs) - ANSWER_MARGIN_MS;
      const deadlineMs = clock.nowMs() + waitMs;
      const due = findDue(asked);
      if (due.length > 0) {
        budget.left -= due.length;
        const manner = { isForced: asked.isForced === true, readsStore: wantsStore(asked), hops };
        waitUntil(refresh(due, manner).catch(logFault));
      }
      await flights.settled([...targets.keys()], (key) => isAwaited(key, asked), deadlineMs);
      return report();
    }

    /** What is known here, or stored, with nobody asked. */
    async function recall(): Promise<Report> {
      if ([...targets.values()].some((target) => isSpeechless(age(target)))) await readStore();
      return report();
    }

    function findDue(asked: LoadOptions): DueTarget[] {
      const seen = view();
      const mayForce = (key: string) =>
        asked.isTrusted === true || seen.nowMs - (stateOf(key)?.checkedAtMs ?? 0) >= FORCE_EVERY_MS;
      const isMeant = (key: string) => asked.only === undefined || asked.only === key;
      return dueTargets(registry, memory.snapshot(), seen, {
        isForced: (key) => asked.isForced === true && isMeant(key) && mayForce(key),
        isInFlight: flights.has,
        budget: budget.left,
      });
    }

    /** An answer waits for all when a demanding caller asked, else only for targets whose state no longer speaks. */
    function isAwaited(key: string, asked: LoadOptions): boolean {
      if (asked.isForced === true || asked.accept === "fresh") return true;
      const target = targets.get(key);
      return target !== undefined && isSpeechless(age(target));
    }

    async function refresh(claimed: readonly DueTarget[], { isForced, readsStore, hops }: Asked): Promise<void> {
      const startedMs = clock.nowMs();
      const flight = flights.take(claimed.map(({ target }) => target.key));
      // When memory alone cannot answer, another isolate may just have probed.
      if (readsStore || claimed.some(({ target }) => isSpeechless(age(target)))) await readStore(flight);
      const isDue = ({ target }: DueTarget) => isForced || age(target) !== "fresh";
      const due = claimed.filter(isDue);
      budget.left += claimed.length - due.length;
      for (const { target } of claimed.filter((spared) => !isDue(spared))) flight.land(target.key);
      const session = prober.begin(hops);
      const sightings = await probeAll(due, session, flight).finally(session.end);
      await keep();
      const tookMs = clock.nowMs() - startedMs;
      log(refreshLog({ place, sightings, memory: memory.snapshot(), tookMs, problems: archive.problems() }));
    }

    async function readStore(flight?: Flight): Promise<void> {
      const stored = await archive.read();
      if (stored !== undefined) memory.adopt(stored, view());
      flight?.announce();
    }

    async function probeAll(due: readonly DueTarget[], session: ProbeSession, flight: Flight) {
      pool ??= createPool(poolOptions(knobs.concurrency, clock));
      return await askAll(due, {
        means: { pool, session, clock, budget, place, random, onProgress: flight.touch },
        priorOf: (target) => ({
          state: remembered(stateOf(target.key), target.upstream, view()),
          known: knownOf(target, memory.snapshot()),
        }),
        onSighting: heed,
        onLanded: flight.land,
      });
    }

    return load;
  }

  async function follow(invocation: Invocation, stop: AbortSignal): Promise<void> {
    const loop: FollowedLoop = {
      place: invocation.place,
      stateOf,
      learn(sighting) {
        learn(sighting);
        invocation.waitUntil(keep());
      },
      check: (key) => void begin(invocation)({ isForced: true, isTrusted: true, only: key }),
    };
    await follower?.follow([...targets.values()], loop, stop);
  }

  /** Learn what a check saw, unless a stream knew better meanwhile. */
  function heed(sighting: Sighting): void {
    if (follower?.heed(sighting) !== false) learn(sighting);
  }

  function learn(sighting: Sighting): void {
    if (memory.learn(sighting)) archive.note();
  }

  async function keep(): Promise<void> {
    const mark = await archive.keep(memory.snapshot());
    if (mark !== undefined) memory.mark(mark);
  }

  /** Only a bug of our own comes here; nobody awaits a refresh, so this line is all that tells of it. */
  function logFault(error: unknown): void {
    log({ event: "refresh-error", error: String(error) });
  }

  return { begin, follow };
}

/** How a refresh was asked for. */
interface Asked {
  readonly isForced: boolean;
  readonly readsStore: boolean;
  readonly hops: number;
}

/** So that the operator can see from outside whether what was stored is read back. */
function wantsStore({ isForced, isTrusted, only }: LoadOptions): boolean {
  return isForced === true && isTrusted === true && only === undefined;
}

function poolOptions(concurrency: number, clock: Clock) {
  const laneLimits = [concurrency, Math.min(KNOWN_FAILING_SLOTS, concurrency), concurrency];
  return { concurrency, laneLimits, after: clock.after };
}
