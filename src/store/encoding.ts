import type {
  AnswerReason,
  FailureKind,
  ListedState,
  Negotiation,
  Observation,
  TriedProtocol,
} from "../core/observation.ts";
import { PROTOCOLS } from "../core/registry.ts";
import { type Snapshot, SNAPSHOT_VERSION, type TargetState, type WriteCount } from "../core/snapshot.ts";
import type { ServingStatus } from "../core/status.ts";
import {
  hasShape,
  isAmount,
  isBoolean,
  isCount,
  isKeyOf,
  isObject,
  isRecordOf,
  isString,
  optional,
  type Shape,
} from "./shape.ts";

/** The stored form of a snapshot: JSON, stamped with {@link SNAPSHOT_VERSION}. */
export function encodeSnapshot({ targets, storedAtMs, writes, scheduledAtMs }: Snapshot): string {
  return JSON.stringify({ version: SNAPSHOT_VERSION, targets, storedAtMs, writes, scheduledAtMs });
}

/**
 * Read a stored form back. Never throws.
 *
 * @returns Undefined when the text is no JSON, of another version, or broken at its top (`targets`, `storedAtMs`,
 *   `writes`): the write count must be true or absent. A malformed target state, or one under a name that is no target
 *   key, is left out alone: its target counts as never seen and is probed. A field this version does not know
 *   makes its state malformed.
 */
export function decodeSnapshot(text: string): Snapshot | undefined {
  const value = parseJson(text);
  if (!hasShape(value, STORED)) return undefined;
  const targets = Object.entries(value.targets).flatMap(([key, state]) =>
    isTargetKey(key) && hasShape(state, TARGET_STATE) ? [[key, state] as const] : []
  );
  const { storedAtMs, writes, scheduledAtMs } = value;
  const scheduled = scheduledAtMs === undefined ? {} : { scheduledAtMs };
  return { targets: Object.fromEntries(targets), storedAtMs, writes, ...scheduled };
}

interface Stored {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly targets: Readonly<Record<string, unknown>>;
  readonly storedAtMs: number;
  readonly writes: WriteCount;
  readonly scheduledAtMs?: number;
}

type Answered = Extract<Observation, { kind: "answered" }>;
type Failed = Extract<Observation, { kind: "failed" }>;

const STATUSES = { SERVING: true, NOT_SERVING: true, UNKNOWN: true } as const satisfies Record<ServingStatus, true>;

const REASONS = {
  status_unknown: true,
  service_not_registered: true,
  health_unimplemented: true,
  probe_denied: true,
  never_told: true,
  told_too_long_ago: true,
} as const satisfies Record<AnswerReason, true>;

const FAILURES = {
  timeout: true,
  unavailable: true,
  dns: true,
  tls: true,
  overloaded: true,
  rpc_error: true,
  protocol_mismatch: true,
} as const satisfies Record<FailureKind, true>;

const PROTOCOL_NAMES: ReadonlySet<unknown> = new Set(PROTOCOLS);

const TRIED: Shape<TriedProtocol> = {
  protocol: isProtocol,
  seen: isString,
};

const NEGOTIATION: Shape<Negotiation> = {
  protocol: optional(isProtocol),
  tried: (value) => Array.isArray(value) && value.every((tried) => hasShape(tried, TRIED)),
};

const LISTED_STATE: Shape<ListedState> = {
  status: isKeyOf(STATUSES),
  sinceMs: isAmount,
  fault: optional(isKeyOf({ ...FAILURES, ...REASONS })),
  message: optional(isString),
  latencyMs: optional(isAmount),
  isCulprit: optional((value) => value === true),
};

const ANSWERED: Shape<Answered> = {
  kind: (value) => value === "answered",
  status: isKeyOf(STATUSES),
  reason: optional(isKeyOf(REASONS)),
  message: optional(isString),
  latencyMs: isAmount,
  listed: optional(isRecordOf(isKeyOf(STATUSES))),
  hasNoList: optional((value) => value === true),
  // A state has it as `listed`.
  told: (value) => value === undefined,
  untilMs: optional(isAmount),
  negotiation: optional(isNegotiation),
};

const FAILED: Shape<Failed> = {
  kind: (value) => value === "failed",
  failure: isKeyOf(FAILURES),
  message: optional(isString),
  latencyMs: isAmount,
  untilMs: optional(isAmount),
  negotiation: optional(isNegotiation),
};

const TARGET_STATE: Shape<TargetState> = {
  status: isKeyOf(STATUSES),
  sinceMs: isAmount,
  checkedAtMs: isAmount,
  place: isString,
  question: optional(isString),
  observation: isObservation,
  attempts: (value) => Array.isArray(value) && value.every(isObservation),
  isSuspect: isBoolean,
  isDownByFailure: isBoolean,
  listed: optional(isRecordOf((state) => hasShape(state, LISTED_STATE))),
  rises: isCount,
};

const WRITES: Shape<WriteCount> = {
  day: isCount,
  byWriter: isRecordOf(isCount),
};

const STORED: Shape<Stored> = {
  version: (value) => value === SNAPSHOT_VERSION,
  targets: isObject,
  storedAtMs: isAmount,
  writes: (value) => hasShape(value, WRITES),
  scheduledAtMs: optional(isAmount),
};

function isProtocol(value: unknown): boolean {
  return PROTOCOL_NAMES.has(value);
}

function isNegotiation(value: unknown): boolean {
  return hasShape(value, NEGOTIATION);
}

function isObservation(value: unknown): boolean {
  return hasShape(value, ANSWERED) || hasShape(value, FAILED);
}

/** `<upstream>/<service>`; every name an object inherits, and `__proto__`, has no slash. */
function isTargetKey(key: string): boolean {
  return key.includes("/");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
