import type { Viewpoint } from "./age.ts";
import { combine, membersNeeded, type Policy } from "./policy.ts";
import {
  DISCOVERED,
  type Group,
  isDiscovered,
  type Registry,
  targetKey,
  targetsOf,
  type Upstream,
} from "./registry.ts";
import type { NameKind, NameVerdict, Report, StoreReport, TargetReport } from "./report.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ServingStatus } from "./status.ts";
import { missingReport, targetReports } from "./target-reports.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly registry: Registry;
  readonly snapshot: Snapshot;
  readonly view: Viewpoint;
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
  const targets = targetsOf(registry)
    .flatMap((target) => targetReports(target, snapshot.targets[target.key], view))
    .map((report, index) => ({ index, ...report }));
  const names = verdicts(registry, targets, snapshot);
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
    isLeaving: false,
    probesLeft: input.probesLeft ?? Infinity,
    store: input.store ?? { storedAtMs: 0 },
  };
}

interface JudgedMember {
  readonly verdict: NameVerdict;
  readonly isCritical: boolean;
}

/** Every served name's verdict, from targets to upstreams and services to groups to the fleet. */
function verdicts(
  registry: Registry,
  targets: readonly TargetReport[],
  snapshot: Snapshot,
): ReadonlyMap<string, NameVerdict> {
  const names = new Map<string, NameVerdict>();
  const instances = new Map<string, Instance[]>();
  const reportsOf = Map.groupBy(targets, ({ target }) => target.upstream.name);
  for (const upstream of registry.upstreams) {
    const { name } = upstream;
    const reports = reportsOf.get(name) ?? [];
    const members = reports.map(targetVerdict);
    for (const verdict of [...members, ...unlistedNames(upstream, reports, snapshot)]) {
      const service = verdict.name.slice(targetKey(name, "").length);
      names.set(verdict.name, verdict);
      if (service === "" || service === DISCOVERED) continue;
      instances.set(service, [...instances.get(service) ?? [], { verdict, upstream }]);
    }
    names.set(name, judge({ name, kind: "upstream" }, members.map((verdict) => ({ verdict, isCritical: true }))));
  }
  const taken = new Set([...names.keys(), ...registry.groups.map(({ name }) => name)]);
  for (const [service, found] of instances) {
    // A discovered name may be one that is registered for something else; it is then reached as upstream/service only.
    if (!taken.has(service)) names.set(service, serviceVerdict(service, found));
  }
  for (const group of registry.groups) names.set(group.name, groupVerdict(group, names, targets));
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

/** One upstream's verdict on a service. */
interface Instance {
  readonly verdict: NameVerdict;
  readonly upstream: Upstream;
}

/** A service is `all` over the critical upstreams that have it; where none of them is critical, over all of them. */
function serviceVerdict(service: string, instances: readonly Instance[]): NameVerdict {
  const isAnyCritical = instances.some(({ upstream }) => upstream.critical);
  const members = instances.map(({ verdict, upstream }) => ({
    verdict,
    isCritical: upstream.critical || !isAnyCritical,
  }));
  return judge({ name: service, kind: "service" }, members);
}

/** Names an upstream listed before it stopped answering: what is true of it as a whole is true of each. */
function unlistedNames(upstream: Upstream, reports: readonly TargetReport[], snapshot: Snapshot): NameVerdict[] {
  const whole = reports.find(({ target }) => target.service === DISCOVERED);
  if (whole === undefined) return [];
  const listed = Object.keys(snapshot.targets[whole.target.key]?.listed ?? {});
  return listed.map((service) => ({ ...targetVerdict(whole), name: targetKey(upstream.name, service) }));
}

function groupVerdict(
  group: Group,
  names: ReadonlyMap<string, NameVerdict>,
  targets: readonly TargetReport[],
): NameVerdict {
  const members = group.members.map(({ name, isCritical }) => ({
    verdict: names.get(name) ?? missingVerdict(name, targets),
    isCritical,
  }));
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

/** Each target once, in registry order, although groups may name members in another. */
function unique(reports: readonly TargetReport[]): TargetReport[] {
  return [...new Set(reports)].sort((a, b) => a.index - b.index);
}

/** A member that its upstream would have to list, and does not, or was never asked for. */
function missingVerdict(name: string, targets: readonly TargetReport[]): NameVerdict {
  const upstreamOf = ({ target }: TargetReport) => targetKey(target.upstream.name, "");
  const anyReport = targets.find((report) =>
    isDiscovered(report.target.upstream) && name.startsWith(upstreamOf(report))
  );
  if (anyReport === undefined) throw new Error(`Cannot judge ${JSON.stringify(name)}: the registry was not validated`);
  return targetVerdict(missingReport(anyReport, name.slice(upstreamOf(anyReport).length)));
}

function must(names: ReadonlyMap<string, NameVerdict>, name: string): NameVerdict {
  const verdict = names.get(name);
  if (verdict === undefined) throw new Error(`Cannot judge ${JSON.stringify(name)}: the registry was not validated`);
  return verdict;
}
