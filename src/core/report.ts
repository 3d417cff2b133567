import type { Freshness } from "./freshness.ts";
import type { MaintenanceWindow } from "./maintenance.ts";
import type { Policy } from "./policy.ts";
import type { Registry, Target } from "./registry.ts";
import type { TargetState } from "./snapshot.ts";
import type { ServingStatus } from "./status.ts";

/** What is said of one target at the report's time. */
export interface TargetReport {
  /** Its place in registry order, from 0. */
  readonly index: number;
  readonly target: Target;
  /** The state's status; UNKNOWN when the state is expired or was never seen. */
  readonly status: ServingStatus;
  readonly freshness: Freshness;
  /** Overdue, and the refresh did not finish in time: an old status, said to be old. */
  readonly isLate: boolean;
  /** Undefined when it was never seen, or not since it expired. */
  readonly state: TargetState | undefined;
  /** The window it is in maintenance by; `status` is what was seen all the same. */
  readonly maintenance?: MaintenanceWindow;
}

/** What a served name stands for. */
export type NameKind = "fleet" | "liveness" | "upstream" | "target" | "service" | "group";

/** The verdict on one served name. */
export interface NameVerdict {
  readonly name: string;
  readonly kind: NameKind;
  readonly status: ServingStatus;
  /** When the status became what it is, as far as its targets tell; 0 when unknown. */
  readonly sinceMs: number;
  /** The targets its status is made of, each once. */
  readonly restsOn: readonly TargetReport[];
  /**
   * Targets that keep the name from SERVING, each once, in registry order; none when it is SERVING. A target counts if
   * it is in some minimal set of those whose recovery would make the name SERVING. Of a name in maintenance they are
   * the targets in maintenance that it waits for.
   */
  readonly culprits: readonly TargetReport[];
  /** SERVING, yet an optional or spare member is not, and is not in maintenance either. */
  readonly isDegraded: boolean;
  /** How its members make its status; a target, a satellite and liveness have none. */
  readonly derivation?: Derivation;
  /** The window it is in maintenance by, and therefore NOT_SERVING, whatever was seen of its targets. */
  readonly maintenance?: MaintenanceWindow;
  /** For `target`, its report. */
  readonly target?: TargetReport;
}

/** What a name's status is made of. */
export interface Derivation {
  readonly policy: Policy;
  /** In the order in which they are written. */
  readonly members: readonly MemberVerdict[];
}

/** A member as the policy sees it. */
export interface MemberVerdict {
  readonly name: string;
  readonly status: ServingStatus;
  /** Only critical members that are not in maintenance count. */
  readonly isCritical: boolean;
  readonly isInMaintenance: boolean;
}

/** Where snapshots are kept; what `memory` keeps ends with its isolate or process. */
export type StoreKind = "memory" | "workers-kv" | "deno-kv";

/** What is known here of keeping snapshots, for the operator. Times are milliseconds since the Unix epoch. */
export interface StoreReport {
  readonly kind?: StoreKind | undefined;
  /** When the snapshot was last stored, at any place; 0 if never. */
  readonly storedAtMs: number;
  /** When a stored one was last read back here. */
  readonly readAtMs?: number | undefined;
  /** When a refresh that nobody asked for (cron, or the process' own timer) last began, at any place. */
  readonly scheduledAtMs?: number | undefined;
}

/** Snapshot, registry and time, worked out: the sole input of every surface. */
export interface Report {
  readonly nowMs: number;
  readonly registry: Registry;
  /** In registry order. */
  readonly targets: readonly TargetReport[];
  /** Every served name; identity is stable while no verdict, state, problem or age class changes. */
  readonly names: ReadonlyMap<string, NameVerdict>;
  /** Nothing is due: every target was probed less than its ttl ago, from here. */
  readonly isAllFresh: boolean;
  /** How long it stays fresh at most, in milliseconds: no report does so longer than the part of it that ages first. */
  readonly ttlMs: number;
  /**
   * When a verdict may turn next with nothing new seen or told, in milliseconds since the Unix epoch: a window begins or
   * ends, or what was told no longer holds; Infinity when neither will.
   */
  readonly turnsAtMs: number;
  /** The oldest observation the fleet's verdict rests on, in milliseconds since the Unix epoch; undefined when there is none. */
  readonly oldestCheckedAtMs: number | undefined;
  /** What is wrong with Rollcall itself, in words fit for strangers: a store that fails, a registry that did not parse. */
  readonly problems: readonly string[];
  /** The registry did not parse, or cannot be read, as the first of `problems` says: no name is known, and every verdict is UNKNOWN. */
  readonly isRegistryInvalid: boolean;
  /** Rollcall is about to stop: every name is NOT_SERVING, whatever its targets are. */
  readonly isLeaving: boolean;
  /** Nearly all upstreams fail from here, and the canary too: every name but `liveness` is UNKNOWN. */
  readonly isObserverSuspect: boolean;
  /** Probes the asking invocation may still make. */
  readonly probesLeft: number;
  readonly store: StoreReport;
}

/** How a caller wants its report. */
export interface LoadOptions {
  /** The caller waits this many milliseconds; clamped to the configured deadline, and answered a margin before either. */
  readonly deadlineMs?: number;
  /** `fresh` waits, inside the deadline, until nothing is stale; default `stale`, which refreshes behind the answer. */
  readonly accept?: "stale" | "fresh";
  /** Probe again what is fresh too (`Cache-Control: no-cache`). */
  readonly isForced?: boolean;
  /** Key of the one target that is meant by `isForced`; default all. */
  readonly only?: string;
  /** The caller holds the `read` token: its forced refreshes are not limited to one per target per 5 s, and read the store. */
  readonly isTrusted?: boolean;
  /** Nobody asked: it is time. */
  readonly isScheduled?: boolean;
  /**
   * How many Rollcalls stand between this one and whoever asked first; default 0. From {@link HOPS_MAX} on it is answered
   * from what is known or stored, and probes nobody: two Rollcalls that watch each other would else ask in a circle.
   */
  readonly hops?: number;
}

/** A request that came through this many Rollcalls starts no probe. */
export const HOPS_MAX = 2;

/** All that a surface can ask for. Never rejects. */
export type Load = (options?: LoadOptions) => Promise<Report>;
