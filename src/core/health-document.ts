import type { Freshness } from "./freshness.ts";
import type { AnswerReason, FailureKind, Observation, TriedProtocol } from "./observation.ts";
import type { Protocol } from "./registry.ts";
import type { NameKind, StoreKind } from "./report.ts";
import type { ServingStatus } from "./status.ts";

/**
 * The wire form of a report, as `application/health+json` (draft-inadarei-api-health-check-06). Its schema is
 * `docs/health.schema.json`; times are ISO 8601 in UTC, ages milliseconds, and null is "not known".
 */
export interface HealthDocument {
  /** The draft's word: `warn` is a fleet that serves, yet something about it deserves a look. */
  readonly status: "pass" | "warn" | "fail";
  readonly servingStatus: ServingStatus;
  readonly time: string;
  /** Of the oldest observation the verdict rests on. */
  readonly ageMs: number | null;
  readonly counts: HealthCounts;
  /** Names of the targets that keep the fleet from SERVING, in registry order. */
  readonly culprits: readonly string[];
  /** What is wrong with Rollcall itself. */
  readonly problems: readonly string[];
  readonly names: readonly HealthName[];
  /** For trusted callers only. */
  readonly store?: HealthStore;
}

/** How snapshots are kept; times are null where they are not known here. */
export interface HealthStore {
  /** What `memory` keeps ends with its isolate or process. */
  readonly kind: StoreKind | null;
  /** When the snapshot was last stored, at any place. */
  readonly storedAt: string | null;
  /** When a stored one was last read back here; `Cache-Control: no-cache` with the token reads it now. */
  readonly readAt: string | null;
  /** When a refresh that nobody asked for (cron, or the process' own timer) last began, at any place. */
  readonly scheduledAt: string | null;
}

/** Targets by serving status; and how many are late, suspect, or critical. */
export interface HealthCounts {
  readonly targets: number;
  readonly serving: number;
  readonly notServing: number;
  readonly unknown: number;
  readonly late: number;
  readonly suspect: number;
  readonly critical: number;
}

/** One served name. */
export interface HealthName {
  readonly name: string;
  readonly kind: NameKind;
  readonly status: ServingStatus;
  readonly since: string | null;
  readonly ageMs: number | null;
  readonly degraded: boolean;
  readonly culprits: readonly string[];
  /** For kind `target` only. */
  readonly target?: HealthTarget;
}

/** What is known of one target. */
export interface HealthTarget {
  readonly upstream: string;
  readonly service: string;
  readonly critical: boolean;
  readonly freshness: Freshness;
  readonly late: boolean;
  readonly suspect: boolean;
  /** What the last observation found wrong; a suspect's is not believed yet. */
  readonly failure: FailureKind | AnswerReason | null;
  /** For trusted callers only: the upstream's url. */
  readonly address?: string;
  /** For trusted callers only: where it was last observed; a process is named after its host, which strangers need not know. */
  readonly place?: string | null;
  /** For trusted callers only: the upstream's or the platform's own text. */
  readonly message?: string | null;
  /** For trusted callers only: the protocol it is asked in; null while it is `auto` and none has answered. */
  readonly protocol?: Protocol | null;
  /** For trusted callers only: protocols that gave no answer when an `auto` upstream was last asked in several, and what each came to. */
  readonly tried?: readonly TriedProtocol[];
  /** For trusted callers only: every observation of the last refresh, in order of completion. */
  readonly attempts?: readonly HealthAttempt[];
}

/** One observation, as it is shown. */
export interface HealthAttempt {
  readonly kind: Observation["kind"];
  readonly status?: ServingStatus;
  readonly reason?: AnswerReason;
  readonly failure?: FailureKind;
  readonly message?: string;
  readonly latencyMs: number;
}
