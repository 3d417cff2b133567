import type { HealthCounts, HealthDocument, HealthName, HealthStore } from "../core/health-document.ts";
import type { NameKind, Report, StoreReport, TargetReport } from "../core/report.ts";
import type { ServingStatus } from "../core/status.ts";
import { oldestCheckedAtMs } from "./cache-headers.ts";
import { healthName, keysOf } from "./health-name.ts";
import { maintenanceText } from "./maintenance-text.ts";
import { fleetMaintenance, fleetStatus } from "./served-name.ts";

/** The part of the document that stays the same while `report.names` does. */
export interface PreparedHealth {
  readonly isTrusted: boolean;
  readonly servingStatus: ServingStatus;
  readonly output: string | undefined;
  readonly hasWarning: boolean;
  readonly counts: HealthCounts;
  readonly culprits: readonly string[];
  readonly names: readonly { readonly fixed: Omit<HealthName, "ageMs">; readonly checkedAtMs: number | undefined }[];
}

/** Work out all but times and problems. */
export function prepareHealth(report: Report, isTrusted: boolean): PreparedHealth {
  const verdicts = [...report.names.values()].sort((a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind]);
  const fleet = report.names.get("");
  const maintenance = fleetMaintenance(report);
  const counts = countTargets(report.targets);
  return {
    isTrusted,
    servingStatus: fleetStatus(report),
    output: maintenance && maintenanceText(maintenance),
    hasWarning: fleet?.isDegraded === true || counts.late > 0 || counts.suspect > 0,
    counts,
    culprits: keysOf(fleet?.culprits ?? []),
    names: verdicts.map((verdict) => ({
      fixed: healthName(verdict, isTrusted),
      checkedAtMs: oldestCheckedAtMs(verdict.restsOn),
    })),
  };
}

/** What a reader looks for first comes first; within a kind the registry's order stays. */
const KIND_ORDER: Readonly<Record<NameKind, number>> = {
  fleet: 0,
  liveness: 1,
  group: 2,
  upstream: 3,
  service: 4,
  target: 5,
};

/** Complete a document for one answer. */
export function healthDocument(prepared: PreparedHealth, report: Report): HealthDocument {
  const ageMs = (checkedAtMs: number | undefined) =>
    checkedAtMs === undefined ? null : Math.max(0, report.nowMs - checkedAtMs);
  const { servingStatus, output, counts, culprits } = prepared;
  return {
    status: draftStatus(prepared, report),
    servingStatus,
    ...(output !== undefined && { output }),
    time: new Date(report.nowMs).toISOString(),
    ageMs: ageMs(report.oldestCheckedAtMs),
    counts,
    culprits,
    problems: report.problems,
    names: prepared.names.map(({ fixed, checkedAtMs }) => ({ ...fixed, ageMs: ageMs(checkedAtMs) })),
    ...(prepared.isTrusted && { store: healthStore(report.store) }),
  };
}

function healthStore({ kind, storedAtMs, readAtMs, scheduledAtMs }: StoreReport): HealthStore {
  const time = (ms = 0) => ms === 0 ? null : new Date(ms).toISOString();
  return { kind: kind ?? null, storedAt: time(storedAtMs), readAt: time(readAtMs), scheduledAt: time(scheduledAtMs) };
}

/** The draft asks for 2xx with `pass` and `warn`, and 4xx or 5xx with `fail`: so UNKNOWN fails. */
function draftStatus({ servingStatus, hasWarning }: PreparedHealth, report: Report): HealthDocument["status"] {
  if (servingStatus !== "SERVING") return "fail";
  return hasWarning || report.problems.length > 0 ? "warn" : "pass";
}

function countTargets(targets: readonly TargetReport[]): HealthCounts {
  const count = (isCounted: (report: TargetReport) => boolean) => targets.filter(isCounted).length;
  return {
    targets: targets.length,
    serving: count(({ status }) => status === "SERVING"),
    notServing: count(({ status }) => status === "NOT_SERVING"),
    unknown: count(({ status }) => status === "UNKNOWN"),
    late: count(({ isLate }) => isLate),
    suspect: count(({ state }) => state?.isSuspect === true),
    critical: count(({ target }) => target.upstream.critical),
    maintenance: count(({ maintenance }) => maintenance !== undefined),
  };
}
