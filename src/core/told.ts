import { type ListedState, MESSAGE_MAX_CHARS, type Observation } from "./observation.ts";
import { type Target, targetKey } from "./registry.ts";
import { SERVING_STATUSES, type ServingStatus } from "./status.ts";

/** What an upstream told of itself, as its record in the authority holds it. Times are milliseconds since the Unix epoch. */
export interface Told {
  readonly status: ServingStatus;
  readonly message?: string;
  readonly toldAtMs: number;
  /** From then on it tells nothing any more. */
  readonly untilMs: number;
  /** Of a satellite: its names, and when its report was made, by its own clock. */
  readonly report?: { readonly names: Readonly<Record<string, ListedState>>; readonly madeAtMs: number };
}

/** How long what was told may hold, in milliseconds. */
export const LIFE_MS = { min: 1_000, max: 86_400_000 } as const;

/** How long it holds by default, in milliseconds: three of a satellite's pushes may be lost. */
export const DEFAULT_LIFE_MS = 60_000;

/** Records of statuses, and of satellites, are those whose keys begin so. */
export const TOLD_PREFIXES = { push: "status/", satellite: "satellite/" } as const;

/** The key under which the authority keeps what `upstream` tells of `service`. */
export function toldKey({ upstream, service }: Pick<Target, "upstream" | "service">): string {
  if (upstream.protocol === "satellite") return `${TOLD_PREFIXES.satellite}${upstream.name}`;
  return `${TOLD_PREFIXES.push}${targetKey(upstream.name, service)}`;
}

/** The text of a record. */
export function encodeTold(told: Told): string {
  return JSON.stringify(told);
}

/** Read a record back; undefined when it is not one that this version writes. Never throws. */
export function decodeTold(text: string): Told | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTold(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Answered = Extract<Observation, { kind: "answered" }>;

/**
 * What may be said of an upstream by what it told last. Once that holds no more, it is UNKNOWN, and so is each of its
 * names.
 *
 * @param told Undefined: nothing ever.
 * @param latencyMs How old the reading of the record is.
 */
export function observationOf(told: Told | undefined, { nowMs, latencyMs }: Reading): Answered {
  if (told === undefined) return { kind: "answered", status: "UNKNOWN", reason: "never_told", latencyMs };
  const { status, message, report, untilMs } = told;
  if (nowMs >= untilMs) {
    return {
      kind: "answered",
      status: "UNKNOWN",
      reason: "told_too_long_ago",
      latencyMs,
      ...(report && { told: silenced(report.names, untilMs) }),
    };
  }
  return {
    kind: "answered",
    status,
    ...(status === "UNKNOWN" && { reason: "status_unknown" }),
    ...(message !== undefined && { message }),
    latencyMs,
    untilMs,
    ...(report && { told: report.names }),
  };
}

/** When a record was read. */
export interface Reading {
  readonly nowMs: number;
  readonly latencyMs: number;
}

/** Make a text that somebody told fit to keep: one line, not too long. */
export function toldText(text: string): string {
  // A cut through a surrogate pair would leave text that is not Unicode.
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim().slice(0, MESSAGE_MAX_CHARS).replace(/[\uD800-\uDBFF]$/, "");
}

function silenced(
  names: Readonly<Record<string, ListedState>>,
  sinceMs: number,
): Readonly<Record<string, ListedState>> {
  const state: ListedState = { status: "UNKNOWN", sinceMs, fault: "told_too_long_ago" };
  return Object.fromEntries(Object.keys(names).map((name) => [name, state]));
}

/** Only this program writes records; what is asked is whether this version of it did. */
function isTold(value: unknown): value is Told {
  if (!isObject(value)) return false;
  const { status, toldAtMs, untilMs, report } = value;
  return isStatus(status) && Number.isFinite(toldAtMs) && Number.isFinite(untilMs) &&
    (report === undefined || (isObject(report) && isObject(report["names"]) && Number.isFinite(report["madeAtMs"])));
}

function isStatus(value: unknown): boolean {
  return SERVING_STATUSES.some((status) => status === value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
