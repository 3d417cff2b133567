import type { ListedState, Observation } from "./observation.ts";
import type { ServingStatus } from "./status.ts";

/** What is known of one target. Times are milliseconds since the Unix epoch. */
export interface TargetState {
  readonly status: ServingStatus;
  /** When `status` became what it is. */
  readonly sinceMs: number;
  /** When the last probe of it ended; every age is computed from this. */
  readonly checkedAtMs: number;
  /** Where that probe was made. */
  readonly place: string;
  /** What that probe asked, by `questionOf`; undefined in what an older version stored. */
  readonly question?: string;
  /** The decisive observation of the last refresh; a suspect's is the failure not believed yet. */
  readonly observation: Observation;
  /** Every observation of that refresh, in order of completion. */
  readonly attempts: readonly Observation[];
  /** The last failure could not be confirmed; `status` is still the one before it. */
  readonly isSuspect: boolean;
  /** `status` is NOT_SERVING because probes failed, not because the upstream said so. */
  readonly isDownByFailure: boolean;
  /** Of a target that stands for all of its upstream's names: each name as it was last listed. Kept while it fails. */
  readonly listed?: Readonly<Record<string, ListedState>>;
  /** Successes in a row since it went down by failure, while they are fewer than `rise`. */
  readonly rises: number;
}

/**
 * How often each writer wrote on one UTC day: a grow-only counter, so that merging two never loses a write. A writer is an
 * isolate or a process, not a place: two isolates of one place do not see each other's latest count either.
 */
export interface WriteCount {
  /** Days since the Unix epoch. */
  readonly day: number;
  readonly byWriter: Readonly<Record<string, number>>;
}

/** All target states of the fleet at one time; the only thing the store holds. */
export interface Snapshot {
  /** By target key. */
  readonly targets: Readonly<Record<string, TargetState>>;
  /** When it was last stored, in milliseconds since the Unix epoch; 0 if never. */
  readonly storedAtMs: number;
  readonly writes: WriteCount;
  /** When a refresh that nobody asked for last began, at any place, in milliseconds since the Unix epoch; undefined if never. */
  readonly scheduledAtMs?: number;
}

/** Nothing known yet. */
export const EMPTY_SNAPSHOT: Snapshot = { targets: {}, storedAtMs: 0, writes: { day: 0, byWriter: {} } };

/** Version of the stored form; a value of any other version is ignored, never fatal. */
export const SNAPSHOT_VERSION = 2;
