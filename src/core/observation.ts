import type { Protocol } from "./registry.ts";
import type { ServingStatus } from "./status.ts";

/**
 * Why an upstream that answered is not simply SERVING or NOT_SERVING by its own word. The last two are of upstreams that
 * tell their status instead of being asked.
 */
export const ANSWER_REASONS = [
  "status_unknown",
  "service_not_registered",
  "health_unimplemented",
  "probe_denied",
  "never_told",
  "told_too_long_ago",
] as const;
export type AnswerReason = (typeof ANSWER_REASONS)[number];

/** How a probe failed; `docs/design.md` §5 says which answer is which. */
export const FAILURE_KINDS = [
  "timeout",
  "unavailable",
  "dns",
  "tls",
  "overloaded",
  "rpc_error",
  "protocol_mismatch",
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Whether a text names what may be wrong with a target. */
export function isFault(text: string): text is FailureKind | AnswerReason {
  return [...FAILURE_KINDS, ...ANSWER_REASONS].some((fault) => fault === text);
}

/** Whether what is wrong is how a probe failed, rather than why an answer is not SERVING. */
export function isFailureKind(fault: FailureKind | AnswerReason): fault is FailureKind {
  return FAILURE_KINDS.some((kind) => kind === fault);
}

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
    /** Of a target that stands for all of its upstream's names: what `Health/List` said of each. */
    readonly listed?: Readonly<Record<string, ServingStatus>>;
    /** The upstream has no `Health/List` to ask; the server as a whole was checked instead. */
    readonly hasNoList?: true;
    /** Of a satellite: what it told of each of its names. A state keeps it as `listed` only, for it may be long. */
    readonly told?: Readonly<Record<string, ListedState>>;
    /** From this time on, in milliseconds since the Unix epoch, it tells nothing any more. */
    readonly untilMs?: number;
    readonly negotiation?: Negotiation;
  }
  | {
    readonly kind: "failed";
    readonly failure: FailureKind;
    readonly message?: string;
    readonly latencyMs: number;
    /** As of an answer: a satellite told of the failure. */
    readonly untilMs?: number;
    readonly negotiation?: Negotiation;
  };

/** What is known of one name that an upstream listed. */
export interface ListedState {
  readonly status: ServingStatus;
  /** When `status` became what it is. */
  readonly sinceMs: number;
  // The rest is a satellite's to tell.
  /** What keeps it from SERVING. */
  readonly fault?: FailureKind | AnswerReason;
  /** Its upstream's own text, for authorised callers only. */
  readonly message?: string;
  readonly latencyMs?: number;
  /** It keeps the satellite's fleet from SERVING. */
  readonly isCulprit?: true;
}

/** Which protocol an `auto` upstream speaks, as far as was found out. */
export interface Negotiation {
  /** The last that gave an answer to build on: asked first, and others only after it failed. Undefined while none has. */
  readonly protocol?: Protocol;
  /** Those that gave none when others were last tried, in order, and what each came to; for authorised callers only. */
  readonly tried: readonly TriedProtocol[];
}

/** One protocol that was tried in vain. */
export interface TriedProtocol {
  readonly protocol: Protocol;
  /** At most {@link TRIED_MAX_CHARS} characters. */
  readonly seen: string;
}

/**
 * A probe that never left: our own budget, our own configuration or a limit of the platform stood in the way. Never an
 * observation of the upstream.
 */
export interface NotAttempted {
  readonly kind: "not-attempted";
  readonly message: string;
  /** The limit holds for the whole invocation: no other probe of it would leave either. */
  readonly isLast?: true;
  /**
   * The upstream itself stands in the way: where its name leads, its certificate, its binding. No probe leaves until that is
   * another, so what was seen before holds no longer than a suspect's status does.
   */
  readonly isBarred?: true;
}

/** What asking once gives. */
export type ProbeOutcome = Observation | NotAttempted;

/** Longest message kept of an upstream, in characters: enough to act on, small enough for a snapshot of a thousand targets. */
export const MESSAGE_MAX_CHARS = 240;

/** Longest text kept of a protocol tried in vain, in characters. */
export const TRIED_MAX_CHARS = 100;

/** Most names kept of one `Health/List`, as gRFC A90 proposes. */
export const LISTED_MAX = 100;

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
  /** What was asked, by `questionOf`; what another question told is not learned. */
  readonly question: string;
}
