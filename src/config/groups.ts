import type { Policy } from "../core/policy.ts";
import { DISCOVERED, type Group, isDiscovered, type Member, targetKey } from "../core/registry.ts";
import { childField, type Field, refuse } from "./field.ts";
import { checkCycles } from "./group-cycles.ts";
import { closest } from "./known-fields.ts";
import { clashOf, type FleetNames, ownerOf } from "./names.ts";
import { isTable, readBoolean, readInteger, readJson, readTable, readText } from "./read.ts";
import { checkNotReserved } from "./reserved.ts";

/**
 * Read GROUPS, a table or its JSON text, noting every problem of every group.
 *
 * @param names What members may name; undefined when UPSTREAMS is unreadable, and members are then not looked up.
 * @returns The groups, in order; for use only if no problem was noted.
 */
export function readGroups(field: Field, names: FleetNames | undefined): readonly Group[] {
  const groups = readJson(field);
  if (groups === undefined) return [];
  if (!isTable(groups)) return refuse(field, "not a table", 'write [vars.GROUPS], or JSON {"name": ["member"]}') ?? [];
  const all: GroupNames = { names, groups: Object.keys(groups) };
  const read = Object.entries(groups).flatMap(([name, value]) => readGroup(name, childField(field, name, value), all));
  checkCycles(field, read);
  return read;
}

interface GroupNames {
  readonly names: FleetNames | undefined;
  readonly groups: readonly string[];
}

function readGroup(name: string, field: Field, all: GroupNames): Group | [] {
  checkGroupName(name, field, all.names);
  const isList = Array.isArray(field.value);
  const table = isList ? { members: field.value } : readTable(field, ["members", "policy"]);
  if (table === undefined) return [];
  const problemsBefore = field.problems.length;
  const membersField = isList ? field : childField(field, "members", table["members"]);
  const members = readMembers(membersField, all);
  const policyField = childField(field, "policy", table["policy"]);
  const policy = readPolicy(policyField);
  const critical = members.filter(({ isCritical }) => isCritical).length;
  // What is wrong with members makes their number wrong too: then there are at most as many as were written.
  const written = Array.isArray(membersField.value) ? membersField.value.length : Infinity;
  const isCounted = field.problems.length === problemsBefore;
  checkPolicy(
    policyField,
    policy,
    isCounted ? { members: members.length, critical } : { members: written, critical: written },
  );
  return { name, policy, members };
}

function checkGroupName(name: string, field: Field, names: FleetNames | undefined): void {
  const nameField = { ...field, value: undefined };
  if (name !== "") readText({ ...nameField, value: name });
  checkNotReserved(nameField, name, "rename the group");
  const clash = names === undefined ? undefined : clashOf(name, names);
  if (clash !== undefined) refuse(nameField, `${clash} has this name too`, "rename the group");
}

function readMembers(field: Field, all: GroupNames): readonly Member[] {
  if (!Array.isArray(field.value)) {
    return refuse(field, field.value === undefined ? "missing" : "not a list", 'write ["member", "member"]') ?? [];
  }
  const members = new Map<string, Member>();
  field.value.forEach((value: unknown, index) => {
    const memberField = childField(field, index, value);
    const member = readMember(memberField, all);
    if (member === undefined) return;
    if (members.has(member.name)) refuse(memberField, `${JSON.stringify(member.name)} is listed twice`, "remove one");
    members.set(member.name, member);
  });
  return [...members.values()];
}

function readMember(field: Field, all: GroupNames): Member | undefined {
  if (!isTable(field.value)) return findMember(field, all);
  const table = readTable(field, ["name", "critical"]) ?? {};
  const member = findMember(childField(field, "name", table["name"]), all);
  const isCritical = readBoolean(childField(field, "critical", table["critical"]), member?.isCritical ?? true);
  return member === undefined ? undefined : { name: member.name, isCritical };
}

/** Look a member up; it is critical by default as its upstream is, and a service over several upstreams or a group always. */
function findMember(field: Field, { names, groups }: GroupNames): Member | undefined {
  if (field.value === "") return refuse(field, "the whole fleet cannot be a member", "list what it is made of instead");
  const name = field.value === undefined ? refuse(field, "missing", "name a member") : readText(field);
  if (name === undefined) return undefined;
  if (names === undefined) return { name, isCritical: true };
  const upstream = names.upstreams.get(name) ?? ownerOf(name, names);
  if (upstream !== undefined) return { name, isCritical: upstream.critical };
  if (names.services.has(name) || groups.includes(name)) return { name, isCritical: true };
  const fix = unknownMemberFix(name, names, groups);
  return refuse(field, "no upstream, upstream/service, service or group has this name", fix);
}

function unknownMemberFix(
  name: string,
  { upstreams, targets, services }: FleetNames,
  groups: readonly string[],
): string {
  const whole = name.slice(0, -targetKey("", DISCOVERED).length);
  if (upstreams.has(whole) && name === targetKey(whole, DISCOVERED)) return `write ${JSON.stringify(whole)}`;
  const meant = closest(name, [...upstreams.keys(), ...targets.keys(), ...services, ...groups]);
  const fix = meant === undefined ? "register it in UPSTREAMS, or remove it" : `did you mean ${JSON.stringify(meant)}?`;
  const lister = name.includes("/") ? undefined : [...upstreams.values()].find(isDiscovered);
  if (lister === undefined) return fix;
  const listed = JSON.stringify(targetKey(lister.name, name));
  return `${fix} (or write ${listed}, if ${JSON.stringify(lister.name)} lists it)`;
}

function readPolicy(field: Field): Policy {
  if (field.value === undefined || field.value === "all") return { kind: "all" };
  if (field.value === "any") return { kind: "any" };
  if (!isTable(field.value)) {
    return refuse(field, "no policy", 'write "all", "any" or { quorum = 2 }') ?? { kind: "all" };
  }
  const table = readTable(field, ["quorum"]) ?? {};
  const quorum = childField(field, "quorum", table["quorum"]);
  if (quorum.value === undefined) refuse(quorum, "missing", "write how many members must serve");
  return { kind: "quorum", k: readInteger(quorum, { min: 1, max: QUORUM_MAX }, 1) };
}

/** More members than any fleet has. */
const QUORUM_MAX = 1_000;

function checkPolicy(
  field: Field,
  policy: Policy,
  count: { readonly members: number; readonly critical: number },
): void {
  // Grpclib's empty list serves; a list of optional members only would too, and no one means that.
  if (count.critical === 0 && (count.members > 0 || policy.kind !== "all")) {
    return refuse(field, "no member is critical", 'make one critical, as { name = "checkout", critical = true }');
  }
  if (policy.kind === "quorum" && policy.k > count.critical) {
    refuse(
      childField(field, "quorum", policy.k),
      `more than its critical members, which are ${count.critical}`,
      `write at most ${count.critical}`,
    );
  }
}
