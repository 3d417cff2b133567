import { createArchive } from "./refresh/archive.ts";
import { adopt, ageOf, type Viewpoint } from "./core/age.ts";
import { type DueTarget, dueTargets } from "./core/due.ts";
import { fold } from "./core/fold.ts";
import type { Freshness } from "./core/freshness.ts";
import type { Knobs } from "./core/knobs.ts";
import type { Sighting } from "./core/observation.ts";
import { type Registry, type Target, targetsOf } from "./core/registry.ts";
import type { Load, LoadOptions, Report } from "./core/report.ts";
import { EMPTY_SNAPSHOT, type Snapshot } from "./core/snapshot.ts";
import { createPool, type Pool } from "./fan-out.ts";
import { createFlights, type Flight } from "./refresh/flights.ts";
import { inquire, type ProbeBudget } from "./refresh/inquiry.ts";
import type { Clock, Prober, SnapshotStore } from "./ports.ts";
import { type RefreshFault, type RefreshLog, refreshLog } from "./refresh/log.ts";
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
}

/** A refresh ends this long after its start, in milliseconds: `waitUntil` lasts 30 s after the answer. */
export const REFRESH_MAX_MS = 25_000;

/** Strangers may force a probe of a target once in this many milliseconds. */
export const FORCE_EVERY_MS = 5_000;

/** Kept from the answer-by deadline for the way back to the caller, in milliseconds. */
export const ANSWER_MARGIN_MS = 50;

/** Known-failing targets hold at most this many slots of the pool. */
const KNOWN_FAILING_SLOTS = 2;

/** Create the loop over its ports. Nothing happens until a `load` is called; a `load` never rejects. */
export function createRefresher(options: RefresherOptions): Refresher {
  const { registry, knobs, prober, clock, log = () => {}, random = Math.random } = options;
  const targets = targetsOf(registry);
  const flights = createFlights(clock, Math.max(0, ...registry.upstreams.map(({ timeoutMs }) => timeoutMs)));
  const reports = createReportCache(registry, options.isRegistryInvalid ?? false);
  const registered = new Set(targets.map(({ key }) => key));
  const archive = createArchive({ ...options, isRegistered: (key) => registered.has(key) });
  let memory: Snapshot = EMPTY_SNAPSHOT;

  function begin({ place, waitUntil }: Invocation): Load {
    const budget: ProbeBudget = { left: knobs.probesPerInvocation };
    let pool: Pool | undefined;

    const view = (): Viewpoint => ({ nowMs: clock.nowMs(), place, bounds: knobs });
    const report = () =>
      reports.at(view(), { snapshot: memory, problems: archive.problems(), probesLeft: budget.left });

    async function load(asked: LoadOptions = {}): Promise<Report> {
      const known = report();
      if (known.isAllFresh && asked.isForced !== true) return known;
      const deadlineMs = clock.nowMs() + Math.min(asked.deadlineMs ?? Infinity, knobs.deadlineMs - ANSWER_MARGIN_MS);
      const due = findDue(asked);
      if (due.length > 0) waitUntil(refresh(due, asked.isForced === true).catch(logFault));
      const flying = targets.filter(({ key }) => flights.has(key));
      await flights.settled(
        () => flying.filter((target) => isAwaited(target, asked)).map(({ key }) => key),
        deadlineMs,
      );
      return report();
    }

    function findDue(asked: LoadOptions): DueTarget[] {
      const seen = view();
      const mayForce = (key: string) =>
        asked.isTrusted === true || seen.nowMs - (memory.targets[key]?.checkedAtMs ?? 0) >= FORCE_EVERY_MS;
      return dueTargets(registry, memory, seen, {
        isForced: (key) => asked.isForced === true && mayForce(key),
        isInFlight: flights.has,
        limit: budget.left,
      });
    }

    /** An answer waits for all when a demanding caller asked, else only for targets whose state no longer speaks. */
    function isAwaited({ key, upstream }: Target, asked: LoadOptions): boolean {
      return asked.isForced === true || asked.accept === "fresh" ||
        isSpeechless(ageOf(memory.targets[key], upstream, view()));
    }

    async function refresh(claimed: readonly DueTarget[], isForced: boolean): Promise<void> {
      const startedMs = clock.nowMs();
      const flight = flights.take(claimed.map(({ target }) => target.key));
      const due = isForced ? claimed : await stillDue(claimed, flight);
      budget.left -= due.length;
      const sightings = await probeAll(due, flight);
      const mark = await archive.keep(memory, place);
      if (mark !== undefined) memory = { ...memory, ...mark };
      log(refreshLog({ place, sightings, memory, tookMs: clock.nowMs() - startedMs, problems: archive.problems() }));
    }

    /** Look into the store before probing, when memory alone cannot answer: another isolate may just have probed. */
    async function stillDue(claimed: readonly DueTarget[], flight: Flight): Promise<readonly DueTarget[]> {
      const age = ({ target }: DueTarget) => ageOf(memory.targets[target.key], target.upstream, view());
      if (!claimed.some((due) => isSpeechless(age(due)))) return claimed;
      const stored = await archive.read();
      if (stored !== undefined) memory = adopt(memory, stored, view());
      flight.announce();
      const [fresh, due] = [
        claimed.filter((due) => age(due) === "fresh"),
        claimed.filter((due) => age(due) !== "fresh"),
      ];
      for (const { target } of fresh) flight.land(target.key);
      return due;
    }

    async function probeAll(due: readonly DueTarget[], flight: Flight): Promise<(Sighting | undefined)[]> {
      pool ??= createPool(poolOptions(knobs.concurrency, clock));
      const means = { pool, prober, clock, budget, place, random, onProgress: flight.touch };
      const inquiries = due.map((dueTarget) => {
        const { key } = dueTarget.target;
        const { sighting, cut } = inquire(dueTarget, memory.targets[key], means);
        return { cut, landed: sighting.then(learn).finally(() => flight.land(key)) };
      });
      const disarm = clock.after(REFRESH_MAX_MS, () => inquiries.forEach(({ cut }) => cut()));
      try {
        return await Promise.all(inquiries.map(({ landed }) => landed));
      } finally {
        disarm();
      }
    }

    return load;
  }

  function learn(sighting: Sighting | undefined): Sighting | undefined {
    if (sighting === undefined) return undefined;
    const { targetKey } = sighting;
    const before = memory.targets[targetKey];
    memory = fold(memory, [sighting], knobs);
    if (before?.status !== memory.targets[targetKey]?.status) archive.note();
    return sighting;
  }

  /** Only a bug of our own comes here; nobody awaits a refresh, so this line is all that tells of it. */
  function logFault(error: unknown): void {
    log({ event: "refresh-error", error: String(error) });
  }

  return { begin };
}

/** The state cannot be served as it is: a probe has to come first. */
function isSpeechless(age: Freshness): boolean {
  return age === "overdue" || age === "expired";
}

function poolOptions(concurrency: number, clock: Clock) {
  const laneLimits = [concurrency, Math.min(KNOWN_FAILING_SLOTS, concurrency), concurrency];
  return { concurrency, laneLimits, after: clock.after };
}
