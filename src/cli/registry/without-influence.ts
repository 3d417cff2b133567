import { type Policy, reducedTo } from "../../core/policy.ts";
import type { Group, Registry } from "../../core/registry.ts";

/**
 * A registry in which what cannot be reached from here has no influence: neither these upstreams nor what rests on them
 * alone count. A group of which nothing is left is UNKNOWN.
 */
export function withoutInfluence(registry: Registry, unreachable: ReadonlySet<string>): Registry {
  const isOut = (name: string) => isUnreachable(name, registry, unreachable);
  return {
    upstreams: registry.upstreams.map((upstream) => isOut(upstream.name) ? { ...upstream, critical: false } : upstream),
    groups: registry.groups.map((group) => {
      const members = group.members.map((member) => isOut(member.name) ? { ...member, isCritical: false } : member);
      return { ...group, members, policy: policyOver({ ...group, members }) };
    }),
  };
}

/** `any` of none is UNKNOWN, where `all` of none would be SERVING; a group written as `[]` stays so. */
function policyOver({ policy, members }: Group): Policy {
  const critical = members.filter(({ isCritical }) => isCritical).length;
  return critical === 0 && members.length > 0 ? { kind: "any" } : reducedTo(policy, critical);
}

function isUnreachable(name: string, registry: Registry, unreachable: ReadonlySet<string>): boolean {
  const { upstreams, groups } = registry;
  const members = groups.find((group) => group.name === name)?.members.filter(({ isCritical }) => isCritical);
  if (members !== undefined) {
    return members.length > 0 && members.every((member) => isUnreachable(member.name, registry, unreachable));
  }
  const listing = upstreams.filter(({ services }) => services.includes(name));
  if (listing.length > 0) return listing.every((upstream) => unreachable.has(upstream.name));
  return unreachable.has(name.split("/")[0] ?? name);
}
