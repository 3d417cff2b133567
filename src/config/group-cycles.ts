import type { Group } from "../core/registry.ts";
import { childField, type Field, refuse } from "./field.ts";

/** Note each group that is a member of itself by way of others, or at once, with the way: `a -> b -> a`. */
export function checkCycles(field: Field, groups: readonly Group[]): void {
  const groupOf = new Map(groups.map((group) => [group.name, group]));
  const done = new Set<string>();
  function visit(group: Group, trail: readonly string[]): void {
    const start = trail.indexOf(group.name);
    if (start >= 0) return refuseCycle(field, [...trail.slice(start), group.name]);
    if (done.has(group.name)) return;
    for (const { name } of group.members) {
      const member = groupOf.get(name);
      if (member !== undefined) visit(member, [...trail, group.name]);
    }
    done.add(group.name);
  }
  for (const group of groups) visit(group, []);
}

function refuseCycle(field: Field, way: readonly string[]): void {
  const [first = ""] = way;
  const fix = way.length === 2 ? "remove it from its own members" : "remove one of these members";
  refuse(childField(field, first, undefined), `its members lead back to it, ${way.join(" -> ")}`, fix);
}
