import { lasting, type MaintenanceWindow } from "./maintenance.ts";
import { type NameGraph, nodeOf, type TargetNode } from "./name-graph.ts";

/**
 * What windows cover: the name each is for, and all that it is made of, members of members too; of an upstream also what
 * it lists no more, for it is down, or never listed. Of several windows over one name the one that ends last counts.
 *
 * @param windows Those in force. One for a name that is not there covers nothing.
 * @returns The window by name.
 */
export function coverage(
  graph: NameGraph,
  windows: readonly MaintenanceWindow[],
): ReadonlyMap<string, MaintenanceWindow> {
  const covered = new Map<string, MaintenanceWindow>();
  if (windows.length === 0) return covered;
  const parts = partsByUpstream(graph);
  for (const window of windows.filter(({ name }) => graph.served.has(name))) {
    for (const name of withMembers(graph, parts, window.name)) {
      covered.set(name, lasting(window, covered.get(name) ?? window));
    }
  }
  return covered;
}

/** Targets that may be asked for by name, by the name of their upstream. */
type Parts = ReadonlyMap<string, readonly TargetNode[]>;

function partsByUpstream({ served, missing }: NameGraph): Parts {
  const targets = [...served.values(), ...missing.values()].filter((node) => node.kind === "target");
  return Map.groupBy(targets, ({ report }) => report.target.upstream.name);
}

function withMembers(graph: NameGraph, parts: Parts, root: string): ReadonlySet<string> {
  const names = new Set([root]);
  // A set hands out what is added to it while it is gone through.
  for (const name of names) {
    const node = nodeOf(graph, name);
    if (node.kind === "target") continue;
    const isUpstream = node.kind === "upstream" || node.kind === "satellite";
    for (const part of [...node.members, ...(isUpstream ? parts.get(name) ?? [] : [])]) names.add(part.name);
  }
  return names;
}
