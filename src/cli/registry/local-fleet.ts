import { type Config, parseConfig } from "../../config.ts";
import type { Env } from "../../config/field.ts";
import { isTable, readJson } from "../../config/read.ts";
import { TOLD_PROTOCOLS } from "../../core/registry.ts";
import { CliError } from "../cli-error.ts";
import { missingSecrets } from "./secrets.ts";
import type { RegistrySource } from "./source.ts";
import { withoutInfluence } from "./without-influence.ts";

/** A registry as it can be probed from this machine. */
export interface LocalFleet {
  readonly config: Config;
  /** Upstreams that nobody can ask from here, and why: not probed, and without influence on the verdict. */
  readonly unreachable: ReadonlyMap<string, string>;
}

/**
 * Read a registry for probing from this machine: as Deno reads it, private addresses allowed, secrets from the environment.
 *
 * @param env This process'; of a `wrangler.toml` it gives the secrets only.
 * @throws CliError when a secret is not set; what is wrong with the registry is in `config.problems`.
 */
export function localFleet(
  { path, file, wrangler }: RegistrySource,
  env: Readonly<Record<string, string>>,
): LocalFleet {
  const upstreams = upstreamsOf(file.UPSTREAMS);
  const missing = missingSecrets(upstreams, env);
  if (missing.length > 0) {
    const are = missing.length === 1 ? "is" : "are";
    throw new CliError(`Cannot probe ${path}: ${missing.join(", ")} ${are} not set`, "set the environment variables");
  }
  const unreachable = new Map(upstreams.flatMap((upstream) => {
    const why = whyUnreachable(upstream);
    return why === undefined ? [] : [[String(upstream["name"]), why]];
  }));
  const reachable = upstreams.map(({ via: _, ...upstream }) => upstream);
  const parsed = file.UPSTREAMS === undefined || upstreams.length === 0 ? file : { ...file, UPSTREAMS: reachable };
  const config = parseConfig(environment(env, wrangler?.vars), "deno", parsed);
  return {
    config: { ...config, registry: withoutInfluence(config.registry, new Set(unreachable.keys())) },
    unreachable,
  };
}

function whyUnreachable({ via, protocol }: Readonly<Record<string, unknown>>): string | undefined {
  if (via !== undefined) return "reached through a Worker's binding only";
  return TOLD_PROTOCOLS.some((told) => told === protocol) ? "told to a deployment, and not asked" : undefined;
}

function environment(env: Readonly<Record<string, string>>, vars: Env | undefined): Env {
  const { UPSTREAMS: _upstreams, GROUPS: _groups, ...rest } = env;
  const secrets = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("UPSTREAM_")));
  // Nobody but the person at this machine decides what is asked from it.
  return { ...(vars === undefined ? rest : { ...secrets, ...vars }), ALLOW_PRIVATE_UPSTREAMS: true };
}

/** The entries that are tables; none when it is no list, which `parseConfig` tells. */
function upstreamsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const field = { path: "UPSTREAMS", value, upstreamName: "", isSecret: true, problems: [] };
  const list = readJson(field);
  return Array.isArray(list) && list.every(isTable) ? list : [];
}
