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

/** What a name is made of: one target's report, members under a policy, or what a satellite told of itself. */
export type NameNode = TargetNode | CombinedNode | SatelliteNode;

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

/** A satellite says how it fares as a whole: by groups and policies of its own, which are not known here. */
export interface SatelliteNode {
  readonly kind: "satellite";
  readonly name: string;
  /** What is known of it as a whole. */
  readonly whole: TargetReport;
  /** Its names, each a node of the same graph; critical are those that it says keep it from SERVING. */
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
    const nodes = [...own.map(targetNode), ...unlistedNodes(upstream, own, snapshot)];
    for (const node of nodes) {
      served.set(node.name, node);
      const service = node.name.slice(targetKey(upstream.name, "").length);
      // What a satellite calls a service is a name of its own fleet.
      if (service === "" || service === DISCOVERED || upstream.protocol === "satellite") continue;
      instances.set(service, [...instances.get(service) ?? [], { name: node.name, upstream }]);
    }
    served.set(
      upstream.name,
      upstream.protocol === "satellite" ? satelliteNode(upstream, nodes, snapshot) : upstreamNode(upstream, own),
    );
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

/** An upstream as a whole is made of all its targets. */
function upstreamNode({ name }: Upstream, reports: readonly TargetReport[]): CombinedNode {
  const members = reports.map(({ target }) => ({ name: target.key, isCritical: true }));
  return { kind: "upstream", name, policy: ALL, members };
}

/** A satellite's verdict is its own, beside those of its names. */
function satelliteNode({ name }: Upstream, nodes: readonly TargetNode[], { targets }: Snapshot): SatelliteNode {
  const key = targetKey(name, DISCOVERED);
  const state = targets[key];
  const [any] = nodes;
  if (any === undefined) throw new Error(`Cannot judge ${JSON.stringify(name)}: it has no target`);
  const { report } = any;
  // Of names it tells there is one report each, of one time; what they have in common is true of the whole.
  const isListed = report.target.key !== key && state !== undefined;
  const whole = isListed
    ? { ...report, target: { ...report.target, key, service: DISCOVERED }, status: state.status, state }
    : report;
  const members = nodes.filter((node) => node.name !== key).map((node) => ({
    name: node.name,
    isCritical: isListed && state.listed?.[node.name.slice(targetKey(name, "").length)]?.isCulprit === true,
  }));
  return { kind: "satellite", name, whole, members };
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
    const owner = served.get(sibling.target.upstream.name);
    // Of a satellite's names each has a report of its own, which tells nothing of the others.
    const whole = owner?.kind === "satellite" ? owner.whole : sibling;
    const report = missingReport(whole, name.slice(upstreamOf(sibling).length));
    return [[name, { kind: "target", name, report }] as const];
  }));
}
