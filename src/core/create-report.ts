import { ageOf, type Viewpoint } from "./age.ts";
import { combine, membersNeeded, type Policy } from "./policy.ts";
import { type Group, type Registry, type Target, targetKey, targetsOf } from "./registry.ts";
import type { NameKind, NameVerdict, Report, TargetReport } from "./report.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ServingStatus } from "./status.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly registry: Registry;
  readonly snapshot: Snapshot;
  readonly view: Viewpoint;
  readonly problems?: readonly string[];
  readonly isRegistryInvalid?: boolean;
  readonly probesLeft?: number;
}

/**
 * Work out every verdict from what is known.
 *
 * Only registered targets count: what the snapshot holds of others has no influence. A fleet without upstreams is
 * UNKNOWN, for it is a misdeployment; a group written as `[]` is SERVING, as in grpclib.
 */
export function createReport(input: ReportInput): Report {
  const { registry, snapshot, view } = input;
  const targets = targetsOf(registry).map((target, index) => ({ index, ...targetReport(target, snapshot, view) }));
  const names = verdicts(registry, targets);
  const checkedAtMs = (names.get("")?.restsOn ?? []).flatMap((report) => report.state?.checkedAtMs ?? []);
  return {
    nowMs: view.nowMs,
    registry,
    targets,
    names,
    isAllFresh: targets.every(({ freshness }) => freshness === "fresh"),
    oldestCheckedAtMs: checkedAtMs.length === 0 ? undefined : Math.min(...checkedAtMs),
    problems: input.problems ?? [],
    isRegistryInvalid: input.isRegistryInvalid ?? false,
    probesLeft: input.probesLeft ?? Infinity,
  };
}

function targetReport(target: Target, snapshot: Snapshot, view: Viewpoint): Omit<TargetReport, "index"> {
  const known = snapshot.targets[target.key];
  const freshness = ageOf(known, target.upstream, view);
  const state = freshness === "expired" ? undefined : known;
  return { target, status: state?.status ?? "UNKNOWN", freshness, isLate: freshness === "overdue", state };
}

interface JudgedMember {
  readonly verdict: NameVerdict;
  readonly isCritical: boolean;
}

/** Every served name's verdict, from targets to upstreams and services to groups to the fleet. */
function verdicts(registry: Registry, targets: readonly TargetReport[]): ReadonlyMap<string, NameVerdict> {
  const names = new Map<string, NameVerdict>();
  const verdictOf = (name: string) => names.get(name);
  for (const report of targets) names.set(report.target.key, targetVerdict(report));
  for (const { name, services } of registry.upstreams) {
    names.set(
      name,
      judge({ name, kind: "upstream" }, services.map((s) => verdictOf(targetKey(name, s))).flatMap(critical)),
    );
  }
  for (const service of new Set(registry.upstreams.flatMap(({ services }) => services))) {
    if (service !== "") {
      names.set(service, judge({ name: service, kind: "service" }, instancesOf(service, registry, names)));
    }
  }
  for (const group of registry.groups) names.set(group.name, groupVerdict(group, names));
  if (!names.has("")) names.set("", fleetVerdict(registry, names));
  names.set("readiness", { ...must(names, ""), name: "readiness", kind: "fleet" });
  names.set("liveness", LIVENESS);
  return names;
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

function targetVerdict(report: TargetReport): NameVerdict {
  return {
    name: report.target.key,
    kind: "target",
    status: report.status,
    sinceMs: report.state?.sinceMs ?? 0,
    restsOn: [report],
    culprits: report.status === "SERVING" ? [] : [report],
    isDegraded: false,
    target: report,
  };
}

/** A service is `all` over the critical upstreams that list it; where none of them is critical, over all of them. */
function instancesOf(service: string, registry: Registry, names: ReadonlyMap<string, NameVerdict>): JudgedMember[] {
  const listing = registry.upstreams.filter(({ services }) => services.includes(service));
  const isAnyCritical = listing.some((upstream) => upstream.critical);
  return listing.map(({ name, critical }) => ({
    verdict: must(names, targetKey(name, service)),
    isCritical: critical || !isAnyCritical,
  }));
}

function groupVerdict(group: Group, names: ReadonlyMap<string, NameVerdict>): NameVerdict {
  const members = group.members.map(({ name, isCritical }) => ({ verdict: must(names, name), isCritical }));
  const kind = group.name === "" ? "fleet" : "group";
  return judge({ name: group.name, kind, policy: group.policy }, members);
}

function fleetVerdict(registry: Registry, names: ReadonlyMap<string, NameVerdict>): NameVerdict {
  const members = registry.upstreams.map(({ name, critical }) => ({
    verdict: must(names, name),
    isCritical: critical,
  }));
  const verdict = judge({ name: "", kind: "fleet" }, members);
  return registry.upstreams.length === 0 ? { ...verdict, status: "UNKNOWN" } : verdict;
}

/** Combine members into the verdict of a name. */
function judge(
  { name, kind, policy = { kind: "all" } }: { name: string; kind: NameKind; policy?: Policy },
  members: readonly JudgedMember[],
): NameVerdict {
  const critical = members.filter(({ isCritical }) => isCritical).map(({ verdict }) => verdict);
  const status = combine(policy, critical.map((verdict) => verdict.status));
  const isServing = status === "SERVING";
  const failing = critical.filter((verdict) => verdict.status !== "SERVING");
  return {
    name,
    kind,
    status,
    sinceMs: turnedAtMs(status, membersNeeded(policy, critical.length), critical),
    restsOn: unique(critical.flatMap((verdict) => verdict.restsOn)),
    culprits: isServing ? [] : unique(failing.flatMap((verdict) => verdict.culprits)),
    isDegraded: isServing && members.some(({ verdict }) => verdict.status !== "SERVING" || verdict.isDegraded),
  };
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

function critical(verdict: NameVerdict | undefined): JudgedMember[] {
  return verdict === undefined ? [] : [{ verdict, isCritical: true }];
}

/** Each target once, in registry order, although groups may name members in another. */
function unique(reports: readonly TargetReport[]): TargetReport[] {
  return [...new Set(reports)].sort((a, b) => a.index - b.index);
}

function must(names: ReadonlyMap<string, NameVerdict>, name: string): NameVerdict {
  const verdict = names.get(name);
  if (verdict === undefined) throw new Error(`Cannot judge ${JSON.stringify(name)}: the registry was not validated`);
  return verdict;
}
