import type { Group, Registry, Upstream } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";
import { readGroups } from "./groups.ts";
import { checkUpstreamNames, namesOf } from "./names.ts";
import { isTable, readJson } from "./read.ts";
import type { UpstreamContext } from "./upstream.ts";
import { readUpstreams, type UpstreamEntry } from "./upstreams.ts";

/** A registry as it was read, with what others that are read later are checked against. */
export interface ReadRegistry {
  readonly registry: Registry;
  readonly entries: readonly UpstreamEntry[];
  /** As they were written, by name; none when they are no table. */
  readonly groups: Readonly<Record<string, unknown>>;
}

/** Read UPSTREAMS and GROUPS, noting every problem of both; for use only if none was noted. */
export function readRegistry(
  fieldOf: (key: "UPSTREAMS" | "GROUPS") => Field,
  context: UpstreamContext,
): ReadRegistry {
  const upstreamsField = fieldOf("UPSTREAMS");
  const entries = readUpstreams(upstreamsField, context);
  const upstreams = (entries ?? []).map(({ upstream }) => upstream);
  const names = entries === undefined ? undefined : namesOf(upstreams);
  if (entries !== undefined && names !== undefined) checkUpstreamNames(entries, names);
  const groupsField = fieldOf("GROUPS");
  const groups = readGroups(groupsField, names);
  checkFleet(upstreamsField, { upstreams, groups });
  return { registry: { upstreams, groups }, entries: entries ?? [], groups: rawGroups(groupsField) };
}

/** Note a fleet of upstreams that means nothing as a whole. */
export function checkFleet(field: Field, { upstreams, groups }: Registry): void {
  const isDefined = groups.some(isWhole) || upstreams.some(isCritical);
  if (upstreams.length === 0 || isDefined) return;
  refuse(
    { ...field, value: undefined },
    'no upstream is critical and GROUPS has no ""',
    'make an upstream critical, or write the group ""',
  );
}

function isWhole({ name }: Group): boolean {
  return name === "";
}

function isCritical({ critical }: Upstream): boolean {
  return critical;
}

/** What is wrong with the text was noted before. */
function rawGroups(field: Field): Readonly<Record<string, unknown>> {
  const groups = readJson({ ...field, problems: [] });
  return isTable(groups) ? groups : {};
}
