import { type Doubt, isNearlyAllLost, isNetworkFailure } from "../core/observer.ts";
import type { Sighting } from "../core/observation.ts";

/** Keeps an outage of our own network from being taken for one of the whole fleet. */
export interface Guard {
  /** The last refresh found that the fault may be here. */
  isSuspect(): boolean;
  /** Guard one refresh. */
  begin(means: GuardMeans): GuardedRefresh;
}

/** What a refresh lends its guard. */
export interface GuardMeans {
  /** Ask the canary; undefined when none is configured. Resolves with whether anything answered; never rejects. */
  readonly askCanary: (() => Promise<boolean>) | undefined;
  readonly doubtOf: (sightings: readonly Sighting[]) => Doubt;
}

export interface GuardedRefresh {
  /**
   * Whether what was seen of a target may be learned. A failure that our own network may have caused waits for the canary,
   * and if that is lost too, for the other targets.
   *
   * @param all What the whole refresh saw; of targets not attempted, nothing.
   */
  admits(sighting: Sighting, all: Promise<readonly Sighting[]>): Promise<boolean> | true;
  /** The refresh is over. */
  conclude(all: readonly Sighting[]): void;
}

/** Create the guard of a process or isolate, which does not doubt itself yet. */
export function createGuard(): Guard {
  let isSuspect = false;
  return {
    isSuspect: () => isSuspect,
    begin({ askCanary, doubtOf }) {
      let canary: Promise<boolean> | undefined;
      let isCanaryLost = false;
      return {
        admits(sighting, all) {
          if (askCanary === undefined || !isNetworkFailure(sighting.observation)) return true;
          canary ??= askCanary().then((isAlive) => {
            isCanaryLost = !isAlive;
            return isAlive;
          });
          return canary.then(async (isAlive) => isAlive || !isNearlyAllLost(doubtOf(await all)));
        },
        conclude(all) {
          // Who asked nobody has learned nothing of himself either.
          if (all.length > 0) isSuspect = isCanaryLost && isNearlyAllLost(doubtOf(all));
        },
      };
    },
  };
}
