import type { Sighting } from "../core/observation.ts";
import type { Snapshot } from "../core/snapshot.ts";

/** One line of the operator's log; names, counts and times, never an address or a secret. */
export interface RefreshLog {
  readonly event: "refresh";
  readonly place: string;
  /** Targets that were due, and of these the ones not probed for want of budget or time. */
  readonly due: number;
  readonly notAttempted: number;
  /** Probes that ended, confirming ones included. */
  readonly probes: number;
  /** Target keys, of those probed now. */
  readonly notServing: readonly string[];
  readonly suspects: readonly string[];
  readonly tookMs: number;
  readonly problems: readonly string[];
}

/** A refresh that broke off by a fault of our own. */
export interface RefreshFault {
  readonly event: "refresh-error";
  readonly error: string;
}

/** The Watch stream of a target came to be, or is no more; told on change only. */
export interface WatchLog {
  readonly event: "watch";
  /** Its key. */
  readonly target: string;
  /** `unimplemented`: the upstream has no Watch, and is only checked. */
  readonly state: "connected" | "ended" | "unimplemented";
}

/** What a finished refresh is made into a log line from. */
export interface FinishedRefresh {
  readonly place: string;
  /** One per due target; undefined where it was not attempted. */
  readonly sightings: readonly (Sighting | undefined)[];
  readonly memory: Snapshot;
  readonly tookMs: number;
  readonly problems: readonly string[];
}

/** Sum up one refresh for the log. */
export function refreshLog({ place, sightings, memory, tookMs, problems }: FinishedRefresh): RefreshLog {
  const seen = sightings.filter((sighting) => sighting !== undefined);
  const keys = seen.map(({ targetKey }) => targetKey);
  return {
    event: "refresh",
    place,
    due: sightings.length,
    notAttempted: sightings.length - seen.length,
    probes: seen.reduce((sum, { attempts }) => sum + attempts.length, 0),
    notServing: keys.filter((key) => memory.targets[key]?.status === "NOT_SERVING"),
    suspects: keys.filter((key) => memory.targets[key]?.isSuspect === true),
    tookMs,
    problems,
  };
}
