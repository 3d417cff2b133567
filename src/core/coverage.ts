import { lasting, type MaintenanceWindow } from "./maintenance.ts";
import { type NameGraph, nodeOf } from "./name-graph.ts";

/**
 * What windows cover: the name each is for, and all that it is made of, members of members too. Of several windows over
 * one name the one that ends last counts.
 *
 * @param windows Those in force. One for a name that is not there covers nothing.
 * @returns The window by name.
 */
export function coverage(
  graph: NameGraph,
  windows: readonly MaintenanceWindow[],
): ReadonlyMap<string, MaintenanceWindow> {
  const covered = new Map<string, MaintenanceWindow>();
  for (const window of windows.filter(({ name }) => graph.served.has(name))) {
    for (const name of withMembers(graph, window.name)) {
      covered.set(name, lasting(window, covered.get(name) ?? window));
    }
  }
  return covered;
}

function withMembers(graph: NameGraph, root: string): ReadonlySet<string> {
  const names = new Set([root]);
  // A set hands out what is added to it while it is gone through.
  for (const name of names) {
    const node = nodeOf(graph, name);
    if (node.kind !== "target") { for (const member of node.members) names.add(member.name); }
  }
  return names;
}
