import type { Observation } from "../core/observation.ts";
import { DISCOVERED, targetKey } from "../core/registry.ts";
import type { NameVerdict, Report, TargetReport } from "../core/report.ts";
import { REPORT_NAMES_MAX } from "../core/status-writer.ts";
import type { ServingStatus } from "../core/status.ts";

/** `rollcall.v1.PushReportRequest` in proto3 JSON. */
export interface ReportMessage {
  readonly name: string;
  readonly status: ServingStatus;
  readonly madeAt: string;
  readonly names: readonly NameMessage[];
}

/** `rollcall.v1.PushedName`; what is not there has its default. */
export interface NameMessage {
  readonly name: string;
  readonly status: ServingStatus;
  readonly since?: string;
  readonly isCulprit?: true;
  readonly cause?: string;
  readonly message?: string;
  readonly latencyMs?: number;
}

/**
 * All that a report says of its served names, as the satellite `name` tells it: culprits first, in the order of its
 * registry, and as many as fit; where they do only without their texts, without.
 */
export function reportMessage(report: Report, name: string): ReportMessage {
  const fleet = report.names.get("");
  const culprits = (fleet?.culprits ?? []).map(nameOfCulprit);
  const ranks = new Map(culprits.map((culprit, rank) => [culprit, rank]));
  const rankOf = (pushed: string) => ranks.get(pushed) ?? culprits.length;
  const names = [...report.names.values()]
    .filter(isPushed)
    .map((verdict) => nameMessage(verdict, ranks.has(verdict.name)))
    .sort((a, b) => rankOf(a.name) - rankOf(b.name))
    .slice(0, REPORT_NAMES_MAX);
  const message = { name, status: fleet?.status ?? "UNKNOWN", madeAt: isoTime(report.nowMs), names };
  return fits(message) ? message : { ...message, names: names.map(({ message: _, ...bare }) => bare) };
}

/** What the other Rollcall reads of one push, in bytes. */
const REPORT_MAX_BYTES = 1_048_576;

function fits(message: ReportMessage): boolean {
  return new TextEncoder().encode(JSON.stringify(message)).length <= REPORT_MAX_BYTES;
}

/** The fleet as a whole is `status`; an upstream's own server goes by the upstream's name. */
function isPushed({ name }: NameVerdict): boolean {
  return !OWN_NAMES.has(name) && !name.endsWith(targetKey("", "")) && !name.endsWith(targetKey("", DISCOVERED));
}

const OWN_NAMES: ReadonlySet<string> = new Set(["", "liveness", "readiness"]);

function nameOfCulprit({ target }: TargetReport): string {
  return target.service === "" || target.service === DISCOVERED ? target.upstream.name : target.key;
}

function nameMessage(verdict: NameVerdict, isCulprit: boolean): NameMessage {
  const { name, status, sinceMs, restsOn } = verdict;
  const latencyMs = Math.round(Math.max(0, ...restsOn.map(({ state }) => state?.observation.latencyMs ?? 0)));
  return {
    name,
    status,
    ...(sinceMs > 0 && { since: isoTime(sinceMs) }),
    ...(isCulprit && { isCulprit }),
    ...why(verdict),
    ...(latencyMs > 0 && { latencyMs }),
  };
}

/** What keeps a name from SERVING, in the words of its first culprit. */
function why({ maintenance, culprits: [culprit] }: NameVerdict): Pick<NameMessage, "cause" | "message"> {
  if (maintenance !== undefined) {
    return { message: `in maintenance until ${isoTime(maintenance.untilMs)}: ${maintenance.reason}` };
  }
  const seen = culprit?.state?.observation;
  if (seen === undefined) return {};
  const cause = causeOf(seen);
  return { ...(cause !== undefined && { cause }), ...(seen.message !== undefined && { message: seen.message }) };
}

function causeOf(seen: Observation): string | undefined {
  return seen.kind === "failed" ? seen.failure : seen.reason;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
