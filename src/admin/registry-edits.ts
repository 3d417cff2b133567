import type { Config } from "../config.ts";
import type { JsonObject } from "../core/json.ts";
import { done, refused, type WriteResult } from "../core/write-result.ts";
import { groupsNaming, upstreamsOf } from "./registry-document.ts";

/** A registry with one upstream more, or another in its place. */
export function withUpstream(
  registry: JsonObject,
  upstream: JsonObject,
  { config, isReplacing }: { readonly config: Pick<Config, "join" | "registry">; readonly isReplacing: boolean },
): WriteResult<JsonObject> {
  const { name } = upstream;
  const upstreams = [...upstreamsOf(registry)];
  const at = upstreams.findIndex((other) => other["name"] === name);
  if (at >= 0 && !isReplacing) {
    return refused("exists", `Cannot register ${quoted(name)}: it is registered already; replace or deregister it`);
  }
  const alone = config.join({ upstreams: [upstream] });
  const isLeftOut = alone.problems.length === 0 &&
    alone.registry.upstreams.length === config.registry.upstreams.length;
  if (isLeftOut) return refused("exists", `Cannot register ${quoted(name)}: ${alone.warnings.join("; ")}`);
  upstreams.splice(at < 0 ? upstreams.length : at, 1, upstream);
  return done({ ...registry, upstreams });
}

/** A registry without one upstream. */
export function withoutUpstream(
  registry: JsonObject,
  name: string,
  { config }: { readonly config: Pick<Config, "registry"> },
): WriteResult<JsonObject> {
  const upstreams = upstreamsOf(registry);
  const rest = upstreams.filter((upstream) => upstream["name"] !== name);
  if (rest.length < upstreams.length) {
    const groups = groupsNaming(registry, name).map(quoted);
    if (groups.length === 0) return done({ ...registry, upstreams: rest });
    return refused(
      "conflict",
      `Cannot deregister ${quoted(name)}: it is a member of ${groups.join(", ")}; change that first`,
    );
  }
  const isDeployed = config.registry.upstreams.some((upstream) => upstream.name === name);
  return isDeployed
    ? refused("conflict", `Cannot deregister ${quoted(name)}: it is deployed in UPSTREAMS; remove it there`)
    : refused("not_found", `Cannot deregister ${quoted(name)}: no upstream of this name was written`);
}

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? "an upstream without a name";
}
