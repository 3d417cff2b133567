import { judgeCombined } from "./judge-combined.ts";
import { judgeSatellite, judgeTarget } from "./judge-target.ts";
import type { Judged } from "./judged.ts";
import type { MaintenanceWindow } from "./maintenance.ts";
import { type NameGraph, nodeOf } from "./name-graph.ts";
import type { NameVerdict } from "./report.ts";

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
