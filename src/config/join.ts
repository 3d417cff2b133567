import { requestsOf } from "../core/due.ts";
import { type Registry, targetsOf } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";
import { readGroups } from "./groups.ts";
import { checkUpstreamNames, namesOf } from "./names.ts";
import { isTable, readJson, readTable } from "./read.ts";
import { checkFleet, type ReadRegistry } from "./registry.ts";
import { isReference } from "./secret.ts";
import { createTaken, type Taken } from "./taken.ts";
import type { UpstreamContext } from "./upstream.ts";
import { readUpstreams, type UpstreamEntry } from "./upstreams.ts";

/** The deployed registry, and what was written at run time with it. */
export interface Joined {
  /** The deployed one alone when there are problems, and then not to be trusted. */
  readonly registry: Registry;
  /** In the form of `Config`'s, with paths such as `upstreams[2].url`. */
  readonly problems: readonly string[];
  /** What was left out because the deployed fleet has its name, and what is unwise. */
  readonly warnings: readonly string[];
}

/**
 * Make what joins written registries to the deployed one: read by the same readers, with the same errors.
 *
 * @param deployed Undefined when it has problems: nothing can then be joined to it.
 */
export function createJoin(deployed: ReadRegistry | undefined, context: UpstreamContext): (written: unknown) => Joined {
  if (deployed === undefined) return () => ({ registry: NOTHING, problems: [UNDEPLOYED], warnings: [] });
  const taken = createTaken(deployed.registry);
  return (written) => {
    const problems: string[] = [];
    const warnings: string[] = [];
    const registry = readJoined({ path: "registry", value: written, upstreamName: "", isSecret: true, problems }, {
      deployed,
      taken,
      context,
      warnings,
    });
    return { registry: problems.length === 0 ? registry : deployed.registry, problems, warnings };
  };
}

const NOT_OF_THE_WHOLE =
  'the deployed group "" is the whole fleet, and no written upstream is of it; watch it by its own name';
const NOTHING: Registry = { upstreams: [], groups: [] };
const UNDEPLOYED =
  "Cannot join a registry to the deployed configuration, which has errors: mend those that its log names";

interface Joining {
  readonly deployed: ReadRegistry;
  readonly taken: Taken;
  readonly context: UpstreamContext;
  readonly warnings: string[];
}

function readJoined(root: Field, joining: Joining): Registry {
  const { deployed, context } = joining;
  const table = readTable(root, ["upstreams", "groups"]) ?? {};
  const fieldOf = (key: "upstreams" | "groups"): Field => ({ ...root, path: key, value: table[key] });
  const upstreamsField = noText(fieldOf("upstreams"), "a list");
  const groupsField = noText(fieldOf("groups"), "a table");
  const written = readUpstreams(upstreamsField, context);
  const before = deployed.entries.map((entry) => ({ ...entry, field: { ...entry.field, problems: root.problems } }));
  const entries = [...before, ...(written ?? []).filter((entry) => isKept(entry, joining))];
  const upstreams = entries.map(({ upstream }) => upstream);
  const names = written === undefined ? undefined : namesOf(upstreams);
  if (names !== undefined) checkUpstreamNames(entries, names);
  const groups = readGroups({ ...groupsField, value: joinedGroups(groupsField, joining) }, names);
  checkFleet(upstreamsField, { upstreams, groups });
  const registry = { upstreams, groups };
  if (upstreams.length > before.length) joining.warnings.push(...wholeWarnings(registry, joining));
  return registry;
}

/** What is unwise in the fleet that written upstreams make of the deployed one. */
function wholeWarnings(joined: Registry, { deployed, context }: Joining): readonly string[] {
  const { probesPerInvocation: budget } = context.knobs;
  const requests = requestsOf(targetsOf(joined));
  const isWholeDeployed = deployed.registry.groups.some(({ name }) => name === "");
  return [
    ...(isWholeDeployed ? [NOT_OF_THE_WHOLE] : []),
    ...(requests > budget
      ? [
        `${requests} targets are more than PROBES_PER_INVOCATION (${budget}): each is asked in one of ${
          Math.ceil(requests / budget)
        } refreshes; raise it on a paid plan, or split the fleet`,
      ]
      : []),
  ];
}

/** JSON text within JSON, which variables of the environment may be, would hide from who changes a part of it what is there. */
function noText(field: Field, what: string): Field {
  if (typeof field.value !== "string") return field;
  refuse(field, `not ${what}`, `write ${what}, and not as text`);
  return { ...field, value: undefined };
}

function isKept({ field, upstream }: UpstreamEntry, { taken, warnings }: Joining): boolean {
  const name = taken.byUpstream(upstream);
  if (name !== undefined) {
    warnings.push(leftOut(`upstream ${JSON.stringify(upstream.name)}`, name));
    return false;
  }
  const headers = isTable(field.value) && isTable(field.value["headers"]) ? field.value["headers"] : {};
  for (const [header, value] of Object.entries(headers)) {
    if (isReference(value)) continue;
    warnings.push(
      `the value of ${field.path}.headers.${header} is kept for every admin to read: ` +
        "write secret:UPSTREAM_… where it is one",
    );
  }
  return true;
}

/** Both together, for a written group may name a deployed one; what is no table is left for its reader to refuse. */
function joinedGroups(field: Field, { deployed, taken, warnings }: Joining): unknown {
  if (field.value === undefined) return deployed.groups;
  const written = readJson({ ...field, problems: [] });
  if (!isTable(written)) return field.value;
  const kept = Object.entries(written).filter(([name]) => {
    const clash = taken.byGroup(name);
    if (clash !== undefined) warnings.push(leftOut(`group ${JSON.stringify(name)}`, clash));
    return clash === undefined;
  });
  return { ...deployed.groups, ...Object.fromEntries(kept) };
}

function leftOut(what: string, name: string): string {
  return `${what} is left out: ${JSON.stringify(name)} is deployed, and what is deployed wins; rename or remove one`;
}
