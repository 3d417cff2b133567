import type { Freshness } from "./freshness.ts";
import type { AnswerReason, FailureKind, Observation, TriedProtocol } from "./observation.ts";
import type { Protocol, ToldProtocol } from "./registry.ts";
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
  /** The draft's word for text: there while the whole fleet is in maintenance, and says until when and why. */
  readonly output?: string;
  readonly time: string;
  /** Of the oldest observation the verdict rests on. */
  readonly ageMs: number | null;
  readonly counts: HealthCounts;
  /** Names of the targets that keep the fleet from SERVING, in registry order: causes, not what follows from them. */
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

/** Targets by the serving status that was seen; and how many are late, suspect, critical, or in maintenance. */
export interface HealthCounts {
  readonly targets: number;
  readonly serving: number;
  readonly notServing: number;
  readonly unknown: number;
  readonly late: number;
  readonly suspect: number;
  readonly critical: number;
  readonly maintenance: number;
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
  /** While it is in maintenance, and therefore NOT_SERVING, only. */
  readonly maintenance?: HealthMaintenance;
  /** How its critical members make its status; of a name that has members. */
  readonly policy?: HealthPolicy;
  readonly members?: readonly HealthMember[];
  /** For kind `target` only. */
  readonly target?: HealthTarget;
}

/** Until when something is in maintenance, and why. */
export interface HealthMaintenance {
  readonly until: string;
  readonly reason: string;
}

/** As in the registry. */
export type HealthPolicy = "all" | "any" | { readonly quorum: number };

/** What a name's status is made of. */
export interface HealthMember {
  readonly name: string;
  readonly status: ServingStatus;
  /** There for an optional member only, which never changes the status. */
  readonly critical?: false;
  /** There for a member in maintenance only, which is left out. */
  readonly maintenance?: true;
}

/** What is known of one target. */
export interface HealthTarget {
  readonly upstream: string;
  readonly service: string;
  readonly critical: boolean;
  /** In maintenance only: the status that was seen all the same. */
  readonly seen?: ServingStatus;
  readonly freshness: Freshness;
  readonly late: boolean;
  readonly suspect: boolean;
  /** What the last observation found wrong; a suspect's is not believed yet. */
  readonly failure: FailureKind | AnswerReason | null;
  /** For trusted callers only: the upstream's url; not of one that tells its status. */
  readonly address?: string;
  /** For trusted callers only: where it was last observed; a process is named after its host, which strangers need not know. */
  readonly place?: string | null;
  /** For trusted callers only: the upstream's or the platform's own text. */
  readonly message?: string | null;
  /** For trusted callers only: the protocol it is asked in; null while it is `auto` and none has answered. */
  readonly protocol?: Protocol | ToldProtocol | null;
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
