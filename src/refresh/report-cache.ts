import { nextAgeChangeMs, type Viewpoint } from "../core/age.ts";
import { createReport } from "../core/create-report.ts";
import type { Fleet } from "../core/fleet.ts";
import { nextMaintenanceChangeMs } from "../core/maintenance.ts";
import type { Report, StoreReport } from "../core/report.ts";
import type { Snapshot } from "../core/snapshot.ts";

/** What a report is made of; of the rest than fleet and snapshot no verdict changes. */
export interface ReportCacheInput {
  readonly fleet: Fleet;
  readonly snapshot: Snapshot;
  readonly problems: readonly string[];
  readonly probesLeft: number;
  readonly store: StoreReport;
}

/** The last report, kept for as long as it stays true, so that a hot read works nothing out. */
export interface ReportCache {
  at(view: Viewpoint, input: ReportCacheInput): Report;
}

/** Create a cache that holds one report; a fleet, or a snapshot, counts as new when it is another object. */
export function createReportCache(): ReportCache {
  let kept: Kept | undefined;

  function at(view: Viewpoint, { fleet, snapshot, problems, probesLeft, store }: ReportCacheInput): Report {
    if (kept === undefined || !isTrue(kept, view, { fleet, snapshot }) || kept.problems !== problems) {
      const { registry, maintenance, isRegistryInvalid } = fleet;
      const said = [...fleet.problems, ...problems];
      const report = createReport({ registry, snapshot, view, maintenance, problems: said, isRegistryInvalid });
      const changes = report.targets.map(({ target, state }) => nextAgeChangeMs(state, target.upstream, view));
      const untilMs = Math.min(nextMaintenanceChangeMs(maintenance, view.nowMs), ...changes);
      kept = { report, fleet, snapshot, problems, place: view.place, fromMs: view.nowMs, untilMs };
    }
    return { ...kept.report, nowMs: view.nowMs, probesLeft, store };
  }

  return { at };
}

interface Kept {
  readonly report: Report;
  readonly fleet: Fleet;
  readonly snapshot: Snapshot;
  readonly problems: readonly string[];
  readonly place: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

function isTrue(
  kept: Kept,
  view: Viewpoint,
  { fleet, snapshot }: Pick<ReportCacheInput, "fleet" | "snapshot">,
): boolean {
  return kept.fleet === fleet && kept.snapshot === snapshot && kept.place === view.place &&
    kept.fromMs <= view.nowMs && view.nowMs < kept.untilMs;
}
