import { isJsonObject, isSameJson, type JsonObject, type JsonValue } from "../core/json.ts";
import type { RegistryDiff } from "../core/registry-writer.ts";

// What was written is read here as JSON only, for what is told of it and changed in it must be what its writer wrote.

/** Read a kept registry. What is none, which only another program's doing explains, is an empty one. */
export function readDocument(text: string | undefined): JsonObject {
  try {
    const registry: JsonValue = JSON.parse(text ?? "{}");
    return isJsonObject(registry) ? registry : {};
  } catch {
    return {};
  }
}

/** The upstreams in it, in order. */
export function upstreamsOf({ upstreams }: JsonObject): readonly JsonObject[] {
  return Array.isArray(upstreams) ? upstreams.filter(isJsonObject) : [];
}

/** The groups that name an upstream, or a service as its. */
export function groupsNaming({ groups }: JsonObject, upstream: string): readonly string[] {
  if (!isJsonObject(groups)) return [];
  const isNamed = (name: JsonValue | undefined) =>
    typeof name === "string" && (name === upstream || name.startsWith(`${upstream}/`));
  return Object.entries(groups).filter(([, group]) => membersOf(group).some(isNamed)).map(([name]) => name);
}

/** What has become of it: by name, however things are ordered. */
export function diffOf(before: JsonObject, after: JsonObject): RegistryDiff {
  const [old, now] = [partsOf(before), partsOf(after)];
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now.keys()].filter((name) => old.has(name) && !isSameJson(old.get(name), now.get(name))),
  };
}

function partsOf(registry: JsonObject): ReadonlyMap<string, JsonValue> {
  const { groups } = registry;
  return new Map<string, JsonValue>([
    ...upstreamsOf(registry).map((upstream) => [String(upstream["name"]), upstream] as const),
    ...Object.entries(isJsonObject(groups) ? groups : {}).map(([name, group]) => [groupLabel(name), group] as const),
  ]);
}

function groupLabel(name: string): string {
  return `group ${JSON.stringify(name)}`;
}

function membersOf(group: JsonValue): readonly (JsonValue | undefined)[] {
  const members = isJsonObject(group) ? group["members"] : group;
  return Array.isArray(members) ? members.map((member) => isJsonObject(member) ? member["name"] : member) : [];
}
