import { NOTHING_TO_RECOVER, type Recoveries, recoveriesOf } from "./culprits.ts";
import { lasting, type MaintenanceWindow } from "./maintenance.ts";
import { type CombinedNode, type NameGraph, nodeOf, type SatelliteNode, type TargetNode } from "./name-graph.ts";
import { combine, membersNeeded, type Policy, reducedTo } from "./policy.ts";
import { targetKey } from "./registry.ts";
import type { NameVerdict, TargetReport } from "./report.ts";
import type { ServingStatus } from "./status.ts";

/**
 * Judge every served name, members before what they are members of, in whatever order groups are written.
 *
 * A critical member in maintenance is left out: the policy is over the rest. A name is in maintenance when a window is for
 * it, or when all its critical members are; it is then NOT_SERVING. So a window never makes a name better than it would
 * be if all that the window covers were SERVING.
 *
 * @param covered The window of each name that one covers, as `coverage()` tells.
 */
export function verdicts(
  graph: NameGraph,
  covered: ReadonlyMap<string, MaintenanceWindow>,
): ReadonlyMap<string, NameVerdict> {
  const known = new Map<string, Judged>();
  function judged(name: string): Judged {
    const found = known.get(name) ?? judge(name);
    known.set(name, found);
    return found;
  }
  function judge(name: string): Judged {
    const node = nodeOf(graph, name);
    const window = covered.get(name);
    if (node.kind === "target") return judgeTarget(node, window);
    if (node.kind === "satellite") {
      return judgeSatellite(node, node.members.map((member) => ({ ...judged(member.name), ...member })), window);
    }
    const members = node.members.map((member) => ({ ...judged(member.name), isCritical: member.isCritical }));
    return judgeCombined(node, members, window);
  }
  return new Map([...graph.served.keys()].map((name) => [name, judged(name).verdict]));
}

interface Judged {
  readonly verdict: NameVerdict;
  /** What would have to recover for it to be SERVING; of a name in maintenance nothing asks. */
  readonly recoveries: Recoveries;
}

interface JudgedMember extends Judged {
  readonly isCritical: boolean;
}

function judgeTarget({ name, report: seen }: TargetNode, maintenance: MaintenanceWindow | undefined): Judged {
  const report = maintenance === undefined ? seen : inMaintenance(seen, name, maintenance);
  const isServing = report.status === "SERVING" && maintenance === undefined;
  return {
    verdict: {
      name,
      kind: "target",
      status: maintenance === undefined ? report.status : "NOT_SERVING",
      sinceMs: maintenance?.fromMs ?? report.state?.sinceMs ?? 0,
      restsOn: [report],
      culprits: isServing ? [] : [report],
      isDegraded: false,
      target: report,
      ...(maintenance && { maintenance }),
    },
    recoveries: isServing ? NOTHING_TO_RECOVER : [new Set([report])],
  };
}

/** Of a name that its upstream listed before it failed as a whole, the report becomes its own: not the whole is in maintenance. */
function inMaintenance(report: TargetReport, name: string, maintenance: MaintenanceWindow): TargetReport {
  if (report.target.key === name) return { ...report, maintenance };
  const service = name.slice(targetKey(report.target.upstream.name, "").length);
  return { ...report, target: { ...report.target, key: name, service }, maintenance };
}

/** As it told, whatever is in maintenance of what it is made of: that is for its own Rollcall to heed. */
function judgeSatellite(
  { name, whole: seen }: SatelliteNode,
  members: readonly JudgedMember[],
  maintenance: MaintenanceWindow | undefined,
): Judged {
  const whole = maintenance === undefined ? seen : { ...seen, maintenance };
  const isServing = whole.status === "SERVING";
  const failing = members.filter(({ verdict }) => verdict.status !== "SERVING");
  const blamed = failing.filter(({ isCritical }) => isCritical).flatMap(({ verdict }) => verdict.culprits);
  const culprits = isServing && maintenance === undefined ? [] : unique(blamed.length === 0 ? [whole] : blamed);
  return {
    verdict: {
      name,
      kind: "upstream",
      status: maintenance === undefined ? whole.status : "NOT_SERVING",
      sinceMs: maintenance?.fromMs ?? whole.state?.sinceMs ?? 0,
      restsOn: [whole],
      culprits,
      isDegraded: isServing && failing.some(isShortOf),
      ...(maintenance && { maintenance }),
    },
    recoveries: culprits.length === 0 ? NOTHING_TO_RECOVER : [new Set(culprits)],
  };
}

function judgeCombined(
  node: CombinedNode,
  members: readonly JudgedMember[],
  ownWindow: MaintenanceWindow | undefined,
): Judged {
  const critical = members.filter(({ isCritical }) => isCritical);
  const counted = critical.filter(({ verdict }) => verdict.maintenance === undefined);
  const maintenance = counted.length > 0 ? undefined : windowOf(critical, ownWindow);
  const judged = maintenance === undefined
    ? judgeCounted(reducedTo(node.policy, counted.length), counted, members)
    : judgeMaintained(critical, maintenance);
  const { name, kind, policy } = node;
  const derivation = { policy, members: members.map(memberVerdict) };
  return { recoveries: judged.recoveries, verdict: { name, kind, ...judged.verdict, derivation } };
}

/** What is judged of a name, whatever it is called. */
interface JudgedPart {
  readonly verdict: Omit<NameVerdict, "name" | "kind" | "derivation">;
  readonly recoveries: Recoveries;
}

/** Combine the critical members that are not in maintenance. */
function judgeCounted(policy: Policy, counted: readonly JudgedMember[], all: readonly JudgedMember[]): JudgedPart {
  const verdicts = counted.map(({ verdict }) => verdict);
  const status = combine(policy, verdicts.map((verdict) => verdict.status));
  const isServing = status === "SERVING";
  const needed = membersNeeded(policy, counted.length);
  const failing = counted.filter(({ verdict }) => verdict.status !== "SERVING");
  const recoveries = isServing
    ? NOTHING_TO_RECOVER
    : recoveriesOf(needed - (counted.length - failing.length), failing.map((member) => member.recoveries));
  return {
    verdict: {
      status,
      sinceMs: turnedAtMs(status, needed, verdicts),
      restsOn: unique(verdicts.flatMap((verdict) => verdict.restsOn)),
      culprits: recoveries === undefined
        ? unique(failing.flatMap(({ verdict }) => verdict.culprits))
        : unique(recoveries.flatMap((recovery) => [...recovery])),
      isDegraded: isServing && all.some(isShortOf),
    },
    recoveries,
  };
}

function isShortOf({ verdict }: JudgedMember): boolean {
  return verdict.maintenance === undefined && (verdict.status !== "SERVING" || verdict.isDegraded);
}

function judgeMaintained(critical: readonly JudgedMember[], maintenance: MaintenanceWindow): JudgedPart {
  const verdicts = critical.map(({ verdict }) => verdict);
  return {
    verdict: {
      status: "NOT_SERVING",
      sinceMs: Math.max(maintenance.fromMs, ...verdicts.map(({ sinceMs }) => sinceMs)),
      restsOn: unique(verdicts.flatMap(({ restsOn }) => restsOn)),
      culprits: unique(verdicts.flatMap(({ culprits }) => culprits)),
      isDegraded: false,
      maintenance,
    },
    recoveries: undefined,
  };
}

/** Until the first critical member is back, or the window that is for the name itself ends, if that is later. */
function windowOf(
  critical: readonly JudgedMember[],
  ownWindow: MaintenanceWindow | undefined,
): MaintenanceWindow | undefined {
  const windows = critical.flatMap(({ verdict }) => verdict.maintenance ?? []);
  const first = windows.reduce<MaintenanceWindow | undefined>(
    (first, window) => first !== undefined && lasting(first, window) === window ? first : window,
    undefined,
  );
  if (first === undefined || ownWindow === undefined) return first ?? ownWindow;
  return lasting(first, ownWindow);
}

function memberVerdict({ verdict, isCritical }: JudgedMember) {
  const { name, status, maintenance } = verdict;
  return { name, status, isCritical, isInMaintenance: maintenance !== undefined };
}

/** When the member came that tipped the scale: the `needed`-th to serve, or the first that made too many not serve. */
function turnedAtMs(status: ServingStatus, needed: number, critical: readonly NameVerdict[]): number {
  const tipping = status === "SERVING" ? needed - 1 : critical.length - needed;
  const times = critical
    .filter((verdict) => status === "UNKNOWN" ? verdict.status !== "SERVING" : verdict.status === status)
    .map((verdict) => verdict.sinceMs)
    .sort((a, b) => a - b);
  return times[tipping] ?? 0;
}

/** Each target once, in registry order, although groups may name members in another. */
function unique(reports: readonly TargetReport[]): TargetReport[] {
  return [...new Set(reports)].sort((a, b) => a.index - b.index);
}
