import type { Policy } from "./policy.ts";
import {
  DISCOVERED,
  type Group,
  isDiscovered,
  type Member,
  type Registry,
  targetKey,
  type Upstream,
} from "./registry.ts";
import type { NameKind, TargetReport } from "./report.ts";
import type { Snapshot } from "./snapshot.ts";
import { missingReport } from "./target-reports.ts";

/** What a name is made of: one target's report, or members under a policy. */
export type NameNode = TargetNode | CombinedNode;

export interface TargetNode {
  readonly kind: "target";
  readonly name: string;
  readonly report: TargetReport;
}

export interface CombinedNode {
  readonly kind: Exclude<NameKind, "target" | "liveness">;
  readonly name: string;
  readonly policy: Policy;
  /** Each is a node of the same graph. */
  readonly members: readonly Member[];
}

/** All names, and what each is made of; there are no cycles. */
export interface NameGraph {
  /** Names that are served, in the order in which they are told. */
  readonly served: ReadonlyMap<string, NameNode>;
  /** Members of groups that their upstream would have to list, and does not, or was never asked for. */
  readonly missing: ReadonlyMap<string, TargetNode>;
}

/** Work out which names there are: of targets, upstreams, services, groups and the fleet. */
export function nameGraph(registry: Registry, reports: readonly TargetReport[], snapshot: Snapshot): NameGraph {
  const served = new Map<string, NameNode>();
  const instances = new Map<string, Instance[]>();
  const reportsOf = Map.groupBy(reports, ({ target }) => target.upstream.name);
  for (const upstream of registry.upstreams) {
    const own = reportsOf.get(upstream.name) ?? [];
    for (const node of [...own.map(targetNode), ...unlistedNodes(upstream, own, snapshot)]) {
      served.set(node.name, node);
      const service = node.name.slice(targetKey(upstream.name, "").length);
      if (service === "" || service === DISCOVERED) continue;
      instances.set(service, [...instances.get(service) ?? [], { name: node.name, upstream }]);
    }
    served.set(upstream.name, upstreamNode(upstream, own));
  }
  const taken = new Set([...served.keys(), ...registry.groups.map(({ name }) => name)]);
  for (const [service, found] of instances) {
    // A discovered name may be one that is registered for something else; it is then reached as upstream/service only.
    if (!taken.has(service)) served.set(service, serviceNode(service, found));
  }
  for (const group of registry.groups) served.set(group.name, groupNode(group));
  if (!served.has("")) served.set("", fleetNode(registry));
  return { served, missing: missingNodes(registry, served, reports) };
}

/** The node of a name. Throws when there is none, for then the registry was not validated. */
export function nodeOf({ served, missing }: NameGraph, name: string): NameNode {
  const node = served.get(name) ?? missing.get(name);
  if (node === undefined) throw new Error(`Cannot judge ${JSON.stringify(name)}: the registry was not validated`);
  return node;
}

const ALL: Policy = { kind: "all" };

/**
 * The one place that says what an upstream as a whole is made of: all its targets. An upstream that tells its own verdict
 * beside those of its names (a satellite) gets another kind of node here, and a judge for it in `verdicts.ts`.
 */
function upstreamNode({ name }: Upstream, reports: readonly TargetReport[]): CombinedNode {
  const members = reports.map(({ target }) => ({ name: target.key, isCritical: true }));
  return { kind: "upstream", name, policy: ALL, members };
}

function targetNode(report: TargetReport): TargetNode {
  return { kind: "target", name: report.target.key, report };
}

/** Names an upstream listed before it stopped answering: what is true of it as a whole is true of each. */
function unlistedNodes(upstream: Upstream, reports: readonly TargetReport[], snapshot: Snapshot): TargetNode[] {
  const whole = reports.find(({ target }) => target.service === DISCOVERED);
  if (whole === undefined) return [];
  const listed = Object.keys(snapshot.targets[whole.target.key]?.listed ?? {});
  return listed.map((service) => ({ kind: "target", name: targetKey(upstream.name, service), report: whole }));
}

/** A target that has a service, and its upstream. */
interface Instance {
  readonly name: string;
  readonly upstream: Upstream;
}

/** A service is `all` over the critical upstreams that have it; where none of them is critical, over all of them. */
function serviceNode(service: string, instances: readonly Instance[]): CombinedNode {
  const isAnyCritical = instances.some(({ upstream }) => upstream.critical);
  const members = instances.map(({ name, upstream }) => ({ name, isCritical: upstream.critical || !isAnyCritical }));
  return { kind: "service", name: service, policy: ALL, members };
}

function groupNode({ name, policy, members }: Group): CombinedNode {
  return { kind: name === "" ? "fleet" : "group", name, policy, members };
}

/** A fleet without upstreams is a misdeployment: `any` of none is UNKNOWN, where `all` of none would be SERVING. */
function fleetNode({ upstreams }: Registry): CombinedNode {
  const members = upstreams.map(({ name, critical }) => ({ name, isCritical: critical }));
  return { kind: "fleet", name: "", policy: members.length === 0 ? { kind: "any" } : ALL, members };
}

function missingNodes(
  { groups }: Registry,
  served: ReadonlyMap<string, NameNode>,
  reports: readonly TargetReport[],
): ReadonlyMap<string, TargetNode> {
  const names = groups.flatMap(({ members }) => members.map(({ name }) => name)).filter((name) => !served.has(name));
  return new Map(names.flatMap((name) => {
    const upstreamOf = ({ target }: TargetReport) => targetKey(target.upstream.name, "");
    const sibling = reports.find((report) =>
      isDiscovered(report.target.upstream) && name.startsWith(upstreamOf(report))
    );
    if (sibling === undefined) return [];
    const report = missingReport(sibling, name.slice(upstreamOf(sibling).length));
    return [[name, { kind: "target", name, report }] as const];
  }));
}
