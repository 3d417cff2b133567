import { DEFAULT_KNOBS, type Knobs, type Platform } from "./core/knobs.ts";
import type { Registry, Target } from "./core/registry.ts";
import { readCanary } from "./config/canary.ts";
import { type Env, envField, type Field, refuse } from "./config/field.ts";
import { createJoin, type Joined } from "./config/join.ts";
import { readKnobs } from "./config/knobs.ts";
import { type PushConfig, readPush } from "./config/push.ts";
import { readBoolean, readText } from "./config/read.ts";
import { readRegistry } from "./config/registry.ts";
import { DEFAULT_SERVER, readServer, type ServerConfig } from "./config/server.ts";
import { readTokens } from "./config/tokens.ts";

/** Everything an operator can say, validated; nothing reads the environment after this. */
export interface Config {
  /** Empty when there are problems. */
  readonly registry: Registry;
  /** The platform's defaults when there are problems. */
  readonly knobs: Knobs;
  /** READ_TOKEN, which unlocks detail; undefined when it is not set or refused. Never shown. */
  readonly readToken: string | undefined;
  /** PUSH_TOKEN, which lets statuses be told; as `readToken`. */
  readonly pushToken: string | undefined;
  /** ADMIN_TOKEN, which lets the fleet be changed, and is good for all that the others are; as `readToken`. */
  readonly adminToken: string | undefined;
  /** Deno only: HOST, PORT, KV_PATH, REFRESH_EVERY_MS. */
  readonly server: ServerConfig;
  /** CANARY_URL, which is asked where nearly all upstreams fail; undefined when it is not set. */
  readonly canary: Target | undefined;
  /** Deno only: PUSH_TO and its like, where what is seen here is pushed; undefined for nowhere. */
  readonly push: PushConfig | undefined;
  /** PLACE, what a Deno process calls the place it observes from. */
  readonly place: string | undefined;
  /** ALLOW_PRIVATE_UPSTREAMS: any address may be asked, wherever a name leads. */
  readonly isPrivateAllowed: boolean;
  /**
   * Every configuration error, all at once, each `Cannot parse <field> <value>: <state>; <fix>`. They show no header
   * value and no secret, but addresses: for the operator's log, never for a caller.
   */
  readonly problems: readonly string[];
  /**
   * The deployed registry with what was written at run time: an object of `upstreams` and `groups`, as UPSTREAMS and GROUPS
   * are. Never throws.
   */
  join(written: unknown): Joined;
}

/** What REGISTRY_FILE says, unchecked as a variable's value is, or why it says nothing. */
export interface RegistryFile {
  readonly UPSTREAMS?: unknown;
  readonly GROUPS?: unknown;
  /** In the form of `Config`'s. */
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
  const tokens = readTokens((name) => envField(env, name, problems));
  const place = readText(envField(env, "PLACE", problems));
  const isPrivateAllowed = readBoolean(envField(env, "ALLOW_PRIVATE_UPSTREAMS", problems), false);
  const push = platform === "deno"
    ? readPush((name) => envField(env, name, problems), { ...tokens, isPrivateAllowed })
    : undefined;
  const fieldOf = (key: "UPSTREAMS" | "GROUPS") => registryField(envField(env, key, problems), file[key]);
  const context = { env, platform, knobs, isPrivateAllowed };
  const deployed = readRegistry(fieldOf, context);
  const canary = readCanary(envField(env, "CANARY_URL", problems), context);
  const isValid = problems.length === 0;
  return {
    registry: isValid ? deployed.registry : EMPTY_REGISTRY,
    knobs: isValid ? knobs : DEFAULT_KNOBS[platform],
    ...tokens,
    server,
    canary,
    push,
    place,
    isPrivateAllowed,
    problems,
    join: createJoin(isValid ? deployed : undefined, context),
  };
}

const NO_FILE: RegistryFile = { problems: [] };
const EMPTY_REGISTRY: Registry = { upstreams: [], groups: [] };

/** One of UPSTREAMS and GROUPS, from the environment or the file. */
function registryField(field: Field, fileValue: unknown): Field {
  if (fileValue === undefined) return field;
  if (field.value !== undefined) {
    refuse({ ...field, value: undefined }, "set in the environment and in REGISTRY_FILE", "keep one");
  }
  return { ...field, value: fileValue };
}
