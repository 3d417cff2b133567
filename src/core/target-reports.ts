import { ageOf, type Viewpoint } from "./age.ts";
import { isFailureKind, type ListedState, type Observation } from "./observation.ts";
import { isDiscovered, isTold, type Target, targetKey, type Upstream } from "./registry.ts";
import type { TargetReport } from "./report.ts";
import type { TargetState } from "./snapshot.ts";

/** A report that has no place in the order of all yet. */
type Unplaced = Omit<TargetReport, "index">;

/**
 * What is said of a target; of one that stands for all names of its upstream, what is said of each of them, while they
 * are known and the upstream has not failed as a whole.
 */
export function targetReports(target: Target, known: TargetState | undefined, view: Viewpoint): readonly Unplaced[] {
  const freshness = ageOf(known, target.upstream, view);
  const state = freshness === "expired" ? undefined : known;
  const whole = { target, status: state?.status ?? "UNKNOWN", freshness, isLate: freshness === "overdue", state };
  const listed = Object.entries(state?.listed ?? {});
  if (!isDiscovered(target.upstream) || state === undefined || state.isDownByFailure || listed.length === 0) {
    return [whole];
  }
  return listed.map(([service, seen]) => ({
    ...whole,
    target: { ...target, key: targetKey(target.upstream.name, service), service },
    status: seen.status,
    state: stateOf(state, seen, target.upstream),
  }));
}

/** What is said of a name that a group wants and its upstream does not list. */
export function missingReport(report: TargetReport, service: string): TargetReport {
  const { target, state } = report;
  const missing = { ...report, target: { ...target, key: targetKey(target.upstream.name, service), service } };
  if (state === undefined || state.isDownByFailure || state.observation.kind === "failed") return missing;
  const { latencyMs, hasNoList, reason } = state.observation;
  if (reason === "never_told" || reason === "told_too_long_ago") return missing;
  const seen: Observation = hasNoList
    ? { kind: "answered", status: "UNKNOWN", reason: "status_unknown", message: "no Health/List", latencyMs }
    : { kind: "answered", status: "NOT_SERVING", reason: "service_not_registered", message: "not listed", latencyMs };
  return { ...missing, status: seen.status, state: { ...state, status: seen.status, observation: seen } };
}

/** One name's part of its upstream's state; the list itself is left out of each, or a hundred names were ten thousand. */
function stateOf(state: TargetState, seen: ListedState, upstream: Upstream): TargetState {
  const { status, sinceMs } = seen;
  const { listed: _, ...rest } = state;
  const attempts = state.attempts.map(unlisted);
  if (state.observation.kind === "failed") return { ...rest, status, sinceMs, attempts };
  if (!isTold(upstream)) {
    return { ...rest, status, sinceMs, observation: { ...unlisted(state.observation), status }, attempts };
  }
  const observation = toldOf(seen, state.observation);
  return { ...rest, status, sinceMs, observation, attempts: [observation] };
}

/** What a satellite told of one of its names, as if it had been seen here. */
function toldOf({ status, fault, message, latencyMs = 0 }: ListedState, { untilMs }: Answered): Observation {
  const told = { ...(message !== undefined && { message }), latencyMs, ...(untilMs !== undefined && { untilMs }) };
  if (fault === undefined) return { kind: "answered", status, ...told };
  return isFailureKind(fault)
    ? { kind: "failed", failure: fault, ...told }
    : { kind: "answered", status, reason: fault, ...told };
}

type Answered = Extract<Observation, { kind: "answered" }>;

function unlisted<T extends Observation>(observation: T): T {
  if (observation.kind === "failed") return observation;
  const { listed: _, ...rest } = observation;
  return rest as T;
}
