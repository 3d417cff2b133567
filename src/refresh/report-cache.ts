import { nextAgeChangeMs, type Viewpoint } from "../core/age.ts";
import { createReport } from "../core/create-report.ts";
import type { Registry } from "../core/registry.ts";
import type { Report, StoreReport } from "../core/report.ts";
import type { Snapshot } from "../core/snapshot.ts";

/** What may change from one report to the next without a verdict changing. */
export interface ReportCacheInput {
  readonly snapshot: Snapshot;
  readonly problems: readonly string[];
  readonly probesLeft: number;
  readonly store: StoreReport;
}

/** The last report, kept for as long as it stays true, so that a hot read works nothing out. */
export interface ReportCache {
  at(view: Viewpoint, input: ReportCacheInput): Report;
}

/** Create a cache that holds one report; a snapshot counts as new when it is another object. */
export function createReportCache(registry: Registry, isRegistryInvalid: boolean): ReportCache {
  let kept: Kept | undefined;

  function at(view: Viewpoint, { snapshot, problems, probesLeft, store }: ReportCacheInput): Report {
    if (kept === undefined || !isTrue(kept, view, snapshot) || kept.report.problems !== problems) {
      const report = createReport({ registry, snapshot, view, problems, isRegistryInvalid });
      const changes = report.targets.map(({ target, state }) => nextAgeChangeMs(state, target.upstream, view));
      kept = { report, snapshot, place: view.place, fromMs: view.nowMs, untilMs: Math.min(Infinity, ...changes) };
    }
    return { ...kept.report, nowMs: view.nowMs, probesLeft, store };
  }

  return { at };
}

interface Kept {
  readonly report: Report;
  readonly snapshot: Snapshot;
  readonly place: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

function isTrue(kept: Kept, view: Viewpoint, snapshot: Snapshot): boolean {
  return kept.snapshot === snapshot && kept.place === view.place && kept.fromMs <= view.nowMs &&
    view.nowMs < kept.untilMs;
}
