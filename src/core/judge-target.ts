import { NOTHING_TO_RECOVER } from "./culprits.ts";
import { isShortOf, type Judged, type JudgedMember, unique } from "./judged.ts";
import type { MaintenanceWindow } from "./maintenance.ts";
import type { SatelliteNode, TargetNode } from "./name-graph.ts";
import { targetKey } from "./registry.ts";
import type { NameVerdict, TargetReport } from "./report.ts";

/** Judge one target by what was seen of it. */
export function judgeTarget({ name, report: seen }: TargetNode, maintenance: MaintenanceWindow | undefined): Judged {
  const report = maintenance === undefined ? seen : inMaintenance(seen, name, maintenance);
  const isServing = report.status === "SERVING" && maintenance === undefined;
  return {
    verdict: {
      name,
      kind: "target",
      ...standing(report, maintenance),
      restsOn: [report],
      culprits: isServing ? [] : [report],
      isDegraded: false,
      target: report,
    },
    recoveries: isServing ? NOTHING_TO_RECOVER : () => [new Set([report])],
  };
}

/** Of a name that its upstream listed before it failed as a whole, the report becomes its own: not the whole is in maintenance. */
function inMaintenance(report: TargetReport, name: string, maintenance: MaintenanceWindow): TargetReport {
  if (report.target.key === name) return { ...report, maintenance };
  const service = name.slice(targetKey(report.target.upstream.name, "").length);
  return { ...report, target: { ...report.target, key: name, service }, maintenance };
}

/** As it told, whatever is in maintenance of what it is made of: that is for its own Rollcall to heed. */
export function judgeSatellite(
  { name, whole: seen }: SatelliteNode,
  members: readonly JudgedMember[],
  maintenance: MaintenanceWindow | undefined,
): Judged {
  const whole = maintenance === undefined ? seen : { ...seen, maintenance };
  const isServing = whole.status === "SERVING" && maintenance === undefined;
  const failing = members.filter(({ verdict }) => verdict.status !== "SERVING");
  const blamed = failing.filter(({ isCritical }) => isCritical).flatMap(({ verdict }) => verdict.culprits);
  const culprits = isServing ? [] : unique(blamed.length === 0 ? [whole] : blamed);
  return {
    verdict: {
      name,
      kind: "upstream",
      ...standing(whole, maintenance),
      restsOn: [whole],
      culprits,
      isDegraded: isServing && failing.some(isShortOf),
    },
    recoveries: culprits.length === 0 ? NOTHING_TO_RECOVER : () => [new Set(culprits)],
  };
}

/** What was seen, unless a window says otherwise. */
function standing(
  { status, state }: TargetReport,
  maintenance: MaintenanceWindow | undefined,
): Pick<NameVerdict, "status" | "sinceMs" | "maintenance"> {
  if (maintenance !== undefined) return { status: "NOT_SERVING", sinceMs: maintenance.fromMs, maintenance };
  return { status, sinceMs: state?.sinceMs ?? 0 };
}
