import { SUSPECT_RETRY_MS } from "../core/age.ts";
import { isNetworkFailure, type Loss } from "../core/observer.ts";
import type { Sighting } from "../core/observation.ts";

/** Keeps an outage of our own network from being taken for one of the whole fleet. */
export interface Guard {
  /** The last refresh that could tell found that the fault may be here. */
  isSuspect(): boolean;
  /**
   * The next refresh asks all, fresh or not: we doubt ourselves, or held back failures that only those can explain who were
   * not asked with them.
   */
  asksAll(): boolean;
  /** We doubted ourselves a moment ago: readers, however many, do not have all asked again yet. */
  isResting(nowMs: number): boolean;
  /** Guard one refresh. */
  begin(means: GuardMeans): GuardedRefresh;
}

/** What a refresh lends its guard. */
export interface GuardMeans {
  /** Ask the canary; undefined when none is configured. Resolves with whether anything answered; never rejects. */
  readonly askCanary: (() => Promise<boolean>) | undefined;
  readonly lossOf: (sightings: readonly Sighting[]) => Loss;
  readonly nowMs: () => number;
}

export interface GuardedRefresh {
  /**
   * Whether what was seen of a target may be learned. A failure that our own network may have caused waits for the canary,
   * and if that is lost too, for the other targets. Who doubts himself waits for them in any case: whoever waits for a
   * target is told what the refresh came to.
   *
   * @param all What the whole refresh saw; of targets not attempted, nothing.
   */
  admits(sighting: Sighting, all: Promise<readonly Sighting[]>): Promise<boolean> | true;
  /** The refresh is over. */
  conclude(all: readonly Sighting[]): Promise<void>;
}

/** Create the guard of a process or isolate, which does not doubt itself yet; `onTurn` is told when it does, and no longer. */
export function createGuard(onTurn: () => void): Guard {
  let isSuspect = false;
  let isUnclear = false;
  let doubtedAtMs = 0;

  function doubt(isDoubted: boolean): void {
    if (isDoubted === isSuspect) return;
    isSuspect = isDoubted;
    onTurn();
  }

  function trust(): true {
    doubt(false);
    isUnclear = false;
    return true;
  }

  function begin({ askCanary, lossOf, nowMs }: GuardMeans): GuardedRefresh {
    if (askCanary === undefined) return UNGUARDED;
    let canary: Promise<boolean> | undefined;
    let judged: Promise<boolean> | undefined;

    /** Whether failures are believed, once all is seen. */
    async function judge(all: readonly Sighting[]): Promise<boolean> {
      // As ever, and then nothing is worked out: a Worker has 10 ms.
      if (canary === undefined && !isSuspect && !isUnclear) return true;
      const loss = lossOf(all);
      if (loss === "some" || await canary) return trust();
      // Who had no failure to ask the canary about learned nothing of the network: he was told all, or asked nobody.
      if (canary === undefined) return true;
      if (loss === "nearly all") doubt(true);
      isUnclear = loss === "unclear";
      doubtedAtMs = nowMs();
      return false;
    }

    return {
      admits({ observation }, all) {
        if (!isNetworkFailure(observation)) {
          return !isSuspect || all.then((all) => judged ??= judge(all)).then(() => true);
        }
        canary ??= askCanary().then((isAlive) => isAlive && trust());
        return canary.then(async (isAlive) => isAlive || await (judged ??= judge(await all)));
      },
      conclude: async (all) => void await (judged ??= judge(all)),
    };
  }

  return {
    isSuspect: () => isSuspect,
    asksAll: () => isSuspect || isUnclear,
    // Either way, for the clock may have been set back.
    isResting: (nowMs) => isSuspect && Math.abs(nowMs - doubtedAtMs) < SUSPECT_RETRY_MS,
    begin,
  };
}

const UNGUARDED: GuardedRefresh = { admits: () => true, conclude: () => Promise.resolve() };
