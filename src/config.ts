import { DEFAULT_KNOBS, type Knobs, type Platform } from "./core/knobs.ts";
import type { Registry } from "./core/registry.ts";
import { type Env, envField, type Field, refuse } from "./config/field.ts";
import { readGroups } from "./config/groups.ts";
import { readKnobs } from "./config/knobs.ts";
import { checkUpstreamNames, namesOf } from "./config/names.ts";
import { readBoolean, readText } from "./config/read.ts";
import type { RegistryFile } from "./config/registry-file.ts";
import { DEFAULT_SERVER, readServer, type ServerConfig } from "./config/server.ts";
import type { UpstreamContext } from "./config/upstream.ts";
import { readUpstreams } from "./config/upstreams.ts";

/** Everything an operator can say, validated; nothing reads the environment after this. */
export interface Config {
  /** Empty when there are problems. */
  readonly registry: Registry;
  /** The platform's defaults when there are problems. */
  readonly knobs: Knobs;
  /** READ_TOKEN, which unlocks detail; undefined when it is not set or refused. Never shown. */
  readonly readToken: string | undefined;
  /** Deno only: HOST, PORT, KV_PATH, REFRESH_EVERY_MS. */
  readonly server: ServerConfig;
  /** PLACE, what a Deno process calls the place it observes from. */
  readonly place: string | undefined;
  /**
   * Every configuration error, all at once, each `Cannot parse <field> <value>: <state>; <fix>`. They show no header
   * value and no secret, but addresses: for the operator's log, never for a caller.
   */
  readonly problems: readonly string[];
}

/**
 * Parse what an operator wrote. Never throws. An environment without UPSTREAMS is an empty fleet, not a problem.
 *
 * @param env A Worker's bindings, where `[[vars.UPSTREAMS]]` is a list of objects, or the environment, where it is JSON
 * text. Numbers and booleans are taken both typed and as text; empty text is not set. Other names are ignored.
 * @param file What REGISTRY_FILE says: UPSTREAMS and GROUPS that the environment does not set, and its own problems.
 */
export function parseConfig(env: Env, platform: Platform, file: RegistryFile = NO_FILE): Config {
  const problems = [...file.problems];
  const knobs = readKnobs(env, platform, problems);
  const server = platform === "deno" ? readServer(env, problems) : DEFAULT_SERVER;
  const readToken = readReadToken(envField(env, "READ_TOKEN", problems));
  const place = readText(envField(env, "PLACE", problems));
  const isPrivateAllowed = readBoolean(envField(env, "ALLOW_PRIVATE_UPSTREAMS", problems), false);
  const fieldOf = (key: "UPSTREAMS" | "GROUPS") => registryField(envField(env, key, problems), file[key]);
  const registry = readRegistry(fieldOf, { env, platform, knobs, isPrivateAllowed });
  const isValid = problems.length === 0;
  return {
    registry: isValid ? registry : EMPTY_REGISTRY,
    knobs: isValid ? knobs : DEFAULT_KNOBS[platform],
    readToken,
    server,
    place,
    problems,
  };
}

const NO_FILE: RegistryFile = { problems: [] };
const EMPTY_REGISTRY: Registry = { upstreams: [], groups: [] };

/** Short enough to type, long enough that guessing it over the network is hopeless. */
const READ_TOKEN_MIN_CHARS = 16;

function readReadToken(field: Field): string | undefined {
  const token = readText({ ...field, isSecret: true });
  if (token === undefined) return undefined;
  const secret = { ...field, isSecret: true };
  if (!/^[\x21-\x7e]*$/.test(token)) return refuse(secret, "it has spaces or non-ASCII characters", "write neither");
  if (token.length >= READ_TOKEN_MIN_CHARS) return token;
  return refuse(secret, "too short", `write at least ${READ_TOKEN_MIN_CHARS} characters`);
}

/** One of UPSTREAMS and GROUPS, from the environment or the file. */
function registryField(field: Field, fileValue: unknown): Field {
  if (fileValue === undefined) return field;
  if (field.value !== undefined) {
    refuse({ ...field, value: undefined }, "set in the environment and in REGISTRY_FILE", "keep one");
  }
  return { ...field, value: fileValue };
}

function readRegistry(fieldOf: (key: "UPSTREAMS" | "GROUPS") => Field, context: UpstreamContext): Registry {
  const upstreamsField = fieldOf("UPSTREAMS");
  const entries = readUpstreams(upstreamsField, context);
  const upstreams = (entries ?? []).map(({ upstream }) => upstream);
  const names = entries === undefined ? undefined : namesOf(upstreams);
  if (entries !== undefined && names !== undefined) checkUpstreamNames(entries, names);
  const groups = readGroups(fieldOf("GROUPS"), names);
  const isFleetDefined = groups.some(({ name }) => name === "") || upstreams.some(({ critical }) => critical);
  if (upstreams.length > 0 && !isFleetDefined) {
    refuse(
      { ...upstreamsField, value: undefined },
      'no upstream is critical and GROUPS has no ""',
      'make an upstream critical, or write the group ""',
    );
  }
  return { upstreams, groups };
}
