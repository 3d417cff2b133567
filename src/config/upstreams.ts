import type { Upstream } from "../core/registry.ts";
import { childField, type Field, refuse } from "./field.ts";
import { isTable, readJson, readTable } from "./read.ts";
import { readUpstream, type UpstreamContext } from "./upstream.ts";
import { UPSTREAM_FIELDS } from "./upstream-fields.ts";

/** One entry of UPSTREAMS. */
export interface UpstreamEntry {
  /** For problems that only show among several upstreams. */
  readonly field: Field;
  readonly upstream: Upstream;
}

/**
 * Read UPSTREAMS, a list of tables or its JSON text, noting every problem of every upstream.
 *
 * @returns The entries that are tables, in order; fields with a problem hold stand-ins, so they are for use only if none
 * was noted. Undefined when there is no list to tell.
 */
export function readUpstreams(field: Field, context: UpstreamContext): readonly UpstreamEntry[] | undefined {
  const list = readJson(field);
  if (list === undefined) return field.value === undefined ? [] : undefined;
  if (!Array.isArray(list)) {
    return refuse({ ...field, isSecret: true }, "not a list", "write [[vars.UPSTREAMS]] tables, or a JSON list");
  }
  return list.flatMap((value: unknown, index) => readEntry(childField(field, index, value), context) ?? []);
}

function readEntry(item: Field, context: UpstreamContext): UpstreamEntry | undefined {
  const upstreamName = isTable(item.value) && typeof item.value["name"] === "string" ? item.value["name"] : "";
  const field = { ...item, upstreamName, isSecret: true };
  const table = readTable(field, UPSTREAM_FIELDS);
  if (table === undefined) return undefined;
  return { field, upstream: readUpstream((key) => childField(field, key, table[key]), context) };
}
