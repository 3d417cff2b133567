import { NOTHING_TO_RECOVER, type Recoveries, recoveriesOf } from "./culprits.ts";
import { isShortOf, type Judged, type JudgedMember, once, unique } from "./judged.ts";
import { lasting, type MaintenanceWindow } from "./maintenance.ts";
import type { CombinedNode } from "./name-graph.ts";
import { combine, membersNeeded, type Policy, reducedTo } from "./policy.ts";
import type { NameVerdict, TargetReport } from "./report.ts";
import type { ServingStatus } from "./status.ts";

/** Judge a name by its members: the policy is over the critical ones that are not in maintenance. */
export function judgeCombined(
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
  readonly recoveries: () => Recoveries;
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
    : once(() =>
      recoveriesOf(needed - (counted.length - failing.length), failing.map((member) => member.recoveries()))
    );
  return {
    verdict: {
      status,
      sinceMs: turnedAtMs(status, needed, verdicts),
      restsOn: unique(verdicts.flatMap((verdict) => verdict.restsOn)),
      culprits: isServing ? [] : culpritsOf(failing, recoveries),
      isDegraded: isServing && all.some(isShortOf),
    },
    recoveries,
  };
}

/** Of members that share no target every culprit helps, whatever the policy; else only what is in some minimal recovery does. */
function culpritsOf(failing: readonly JudgedMember[], recoveries: () => Recoveries): TargetReport[] {
  const all = failing.flatMap(({ verdict }) => verdict.culprits);
  const distinct = unique(all);
  if (distinct.length === all.length) return distinct;
  const sets = recoveries();
  return sets === undefined ? distinct : unique(sets.flatMap((recovery) => [...recovery]));
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
    recoveries: () => undefined,
  };
}

/** Until the first critical member is back: the window of the name itself covers them all, and is of use where there are none. */
function windowOf(
  critical: readonly JudgedMember[],
  ownWindow: MaintenanceWindow | undefined,
): MaintenanceWindow | undefined {
  const windows = critical.flatMap(({ verdict }) => verdict.maintenance ?? []);
  const first = windows.reduce<MaintenanceWindow | undefined>(
    (first, window) => first !== undefined && lasting(first, window) === window ? first : window,
    undefined,
  );
  return first ?? ownWindow;
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
