import type { ServingStatus } from "./status.ts";

/** Why an upstream that answered is not simply SERVING or NOT_SERVING by its own word. */
export type AnswerReason = "status_unknown" | "service_not_registered" | "health_unimplemented" | "probe_denied";

/** How a probe failed; `docs/design.md` §5 says which answer is which. */
export type FailureKind =
  | "timeout"
  | "unavailable"
  | "dns"
  | "tls"
  | "overloaded"
  | "rpc_error"
  | "protocol_mismatch";

/**
 * What one probe saw. A broken upstream is a value, never an exception.
 *
 * `message` is the upstream's or the platform's own text, at most {@link MESSAGE_MAX_CHARS} characters, for authorised
 * callers only. `latencyMs` runs from dispatch to verdict, in milliseconds.
 */
export type Observation =
  | {
    readonly kind: "answered";
    readonly status: ServingStatus;
    readonly reason?: AnswerReason;
    readonly message?: string;
    readonly latencyMs: number;
  }
  | { readonly kind: "failed"; readonly failure: FailureKind; readonly message?: string; readonly latencyMs: number };

/** A probe that never left: our own budget or a limit of the platform stood in the way. Never an observation of the upstream. */
export interface NotAttempted {
  readonly kind: "not-attempted";
  readonly message: string;
}

/** What asking once gives. */
export type ProbeOutcome = Observation | NotAttempted;

/** Longest message kept of an upstream, in characters: enough to act on, small enough for a snapshot of a thousand targets. */
export const MESSAGE_MAX_CHARS = 240;

/**
 * All that one refresh learned of one target.
 *
 * `observation` is the decisive one, `attempts` every one in order of completion. `isConfirmed` says that a failure was
 * repeated as often as `docs/design.md` §4 asks; it is not read for an answer, which counts at once.
 */
export interface Sighting {
  readonly targetKey: string;
  readonly observation: Observation;
  readonly attempts: readonly Observation[];
  readonly isConfirmed: boolean;
  readonly atMs: number;
  readonly place: string;
}
