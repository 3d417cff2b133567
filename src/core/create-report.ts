import type { Viewpoint } from "./age.ts";
import { coverage } from "./coverage.ts";
import { isActive, type MaintenanceWindow, nextMaintenanceChangeMs } from "./maintenance.ts";
import { nameGraph } from "./name-graph.ts";
import { type Registry, targetsOf } from "./registry.ts";
import type { NameVerdict, Report, StoreReport, TargetReport } from "./report.ts";
import type { Snapshot } from "./snapshot.ts";
import { targetReports } from "./target-reports.ts";
import { verdicts } from "./verdicts.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly registry: Registry;
  readonly snapshot: Snapshot;
  readonly view: Viewpoint;
  /** Only those in force at the time of `view` count. */
  readonly maintenance?: readonly MaintenanceWindow[];
  readonly problems?: readonly string[];
  readonly isRegistryInvalid?: boolean;
  readonly probesLeft?: number;
  readonly store?: StoreReport;
}

/**
 * Work out every verdict from what is known.
 *
 * Only registered targets count: what the snapshot holds of others has no influence. A fleet without upstreams is
 * UNKNOWN, for it is a misdeployment; a group written as `[]` is SERVING, as in grpclib.
 */
export function createReport(input: ReportInput): Report {
  const { registry, snapshot, view } = input;
  const reports = targetsOf(registry)
    .flatMap((target) => targetReports(target, snapshot.targets[target.key], view))
    .map((report, index) => ({ index, ...report }));
  const graph = nameGraph(registry, reports, snapshot);
  const all = input.maintenance ?? [];
  const windows = all.filter((window) => isActive(window, view.nowMs));
  const judged = verdicts(graph, coverage(graph, windows));
  const fleet = judged.get("");
  if (fleet === undefined) throw new Error("Cannot make a report: the fleet has no verdict");
  const names = withOwnNames(judged, fleet);
  const checkedAtMs = fleet.restsOn.flatMap((report) => report.state?.checkedAtMs ?? []);
  const toldUntilMs = reports.map(({ state }) => state?.observation.untilMs ?? Infinity);
  return {
    nowMs: view.nowMs,
    registry,
    targets: reports.map((report) => names.get(report.target.key)?.target ?? report),
    names,
    isAllFresh: reports.every(({ freshness }) => freshness === "fresh"),
    ttlMs: Math.min(view.bounds.ttlMs, ...registry.upstreams.map(({ ttlMs }) => ttlMs), ...reports.flatMap(lifeOf)),
    turnsAtMs: Math.min(nextMaintenanceChangeMs(all, view.nowMs), ...toldUntilMs),
    oldestCheckedAtMs: checkedAtMs.length === 0 ? undefined : Math.min(...checkedAtMs),
    problems: input.problems ?? [],
    isRegistryInvalid: input.isRegistryInvalid ?? false,
    isLeaving: false,
    isObserverSuspect: false,
    probesLeft: input.probesLeft ?? Infinity,
    store: input.store ?? { storedAtMs: 0 },
  };
}

/** How long after it was read what was told holds, in milliseconds; an answer that is kept must not outlive it. */
function lifeOf({ state }: Pick<TargetReport, "state">): number[] {
  const untilMs = state?.observation.untilMs;
  return state === undefined || untilMs === undefined ? [] : [Math.max(1, untilMs - state.checkedAtMs)];
}

/** The fleet's second name, and Rollcall's own. */
function withOwnNames(judged: ReadonlyMap<string, NameVerdict>, fleet: NameVerdict): ReadonlyMap<string, NameVerdict> {
  return new Map([...judged, ["readiness", { ...fleet, name: "readiness", kind: "fleet" }], ["liveness", LIVENESS]]);
}

/** Rollcall itself: SERVING while it answers, so that nothing restarts it because an upstream is down. */
const LIVENESS: NameVerdict = {
  name: "liveness",
  kind: "liveness",
  status: "SERVING",
  sinceMs: 0,
  restsOn: [],
  culprits: [],
  isDegraded: false,
};
