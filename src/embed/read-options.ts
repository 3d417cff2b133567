import { type Config, parseConfig } from "../config.ts";
import { readTable } from "../config/read.ts";
import type { Joined } from "../config/join.ts";
import { isTold, type Registry } from "../core/registry.ts";
import { type EmbedPlatform, FETCH_PLATFORM } from "./platform.ts";
import type { RollcallOptions } from "./rollcall-options.ts";
import { beyondFetch } from "./beyond-fetch.ts";

/** The options, validated. */
export interface EmbeddedConfig {
  readonly config: Config;
  readonly platform: EmbedPlatform;
  /** Where links lead: the path it is mounted under, or `.` when that is not known. */
  readonly basePath: string;
  readonly refreshEveryMs: number | undefined;
}

/**
 * Read what a server's author wrote by the readers of a deployment's variables.
 *
 * @throws {TypeError} That tells every problem, in the words of the options; addresses may be in it, secrets never.
 */
export function readOptions(options: RollcallOptions): EmbeddedConfig {
  const { platform = FETCH_PLATFORM, basePath, refreshEveryMs, env = {} } = options;
  const variables = Object.fromEntries(
    [...VARIABLES].map(([option, variable]) => [variable, variableOf(options[option])]),
  );
  const parsed = parseConfig({ ...bindingsIn(env), ...variables }, platform.rules);
  const config = platform.isFetchAlone ? { ...parsed, join: joinForFetch(parsed) } : parsed;
  const problems = [
    ...unknownOptions(options),
    ...parsed.problems.map(inOptionWords),
    ...(platform.isFetchAlone ? [...beyondFetch(parsed.registry), ...(isWorker() ? [NO_PLATFORM] : [])] : []),
    ...(options.authority === undefined ? untold(parsed.registry) : []),
    ...(basePath === undefined || BASE_PATH.test(basePath) ? [] : [badBasePath(basePath)]),
    ...(refreshEveryMs === undefined || platform.rules === "deno" ? [] : [NO_TIMER]),
  ];
  if (problems.length > 0) {
    throw new TypeError(`Cannot create a Rollcall: its options have errors\n${problems.join("\n")}`);
  }
  return {
    config,
    platform,
    basePath: basePath ?? ".",
    refreshEveryMs: refreshEveryMs === undefined ? undefined : config.server.refreshEveryMs,
  };
}

/** What a deployment says by a variable. */
const SAID = [
  "upstreams",
  "groups",
  "readToken",
  "pushToken",
  "adminToken",
  "canaryUrl",
  "place",
  "allowPrivateUpstreams",
  "refreshEveryMs",
  "ttlMs",
  "staleMs",
  "expireMs",
  "probeTimeoutMs",
  "deadlineMs",
  "rise",
  "concurrency",
  "probesPerInvocation",
  "kvWriteEveryMs",
  "kvWritesPerDay",
  "watchMaxMs",
  "listMax",
  "dryRunFailureStatus",
] as const satisfies readonly (keyof RollcallOptions)[];

const OPTIONS: readonly (keyof RollcallOptions)[] = [
  ...SAID,
  "basePath",
  "env",
  "platform",
  "store",
  "authority",
  "log",
];

const VARIABLES = new Map(SAID.map((option) => [option, option.replaceAll(/[A-Z]/g, "_$&").toUpperCase()] as const));
const OPTION_OF = new Map([...VARIABLES].map(([option, variable]) => [variable, option] as const));

/** Begins with a slash, and does not end with one. */
const BASE_PATH = /^(?:\/[^/?#\s]+)+$/;

const NO_TIMER =
  "Cannot parse refreshEveryMs: a Worker has no timers between requests; remove it, and call refresh() " +
  "from a cron trigger";

const NO_PLATFORM = "Cannot parse platform: missing on Workers, whose limits are others; pass workersPlatform() of " +
  "embed/workers.ts";

/** https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent; Node 20 has no navigator. */
function isWorker(): boolean {
  return "navigator" in globalThis && navigator.userAgent === "Cloudflare-Workers";
}

/** Upstreams that would be UNKNOWN for ever. */
function untold({ upstreams }: Registry): readonly string[] {
  return upstreams.filter(isTold).map(({ name, protocol }) =>
    `Cannot parse protocol ${JSON.stringify(protocol)} of upstream ${
      JSON.stringify(name)
    }: there is no place to keep ` +
    "what it tells; pass authority, such as memoryAuthority()"
  );
}

function badBasePath(basePath: string): string {
  return `Cannot parse basePath ${JSON.stringify(basePath)}: not the path of a mount; write it as /fleet`;
}

/** `Knobs` say no limit by a number that variables cannot. */
function variableOf(value: unknown): unknown {
  return value === Infinity ? "unlimited" : value;
}

/** Of an environment, only secrets and bindings are heeded: what else is in it is the server's own. */
function bindingsIn(env: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isOurs = ([name, value]: [string, unknown]) => name.startsWith("UPSTREAM_") || typeof value !== "string";
  return Object.fromEntries(Object.entries(env).filter(isOurs));
}

function unknownOptions(options: RollcallOptions): readonly string[] {
  const problems: string[] = [];
  readTable({ path: "options", value: options, upstreamName: "", isSecret: true, problems }, OPTIONS);
  return problems;
}

/** What is quoted is the author's own. */
function inOptionWords(problem: string): string {
  return problem.replaceAll(/"(?:[^"\\]|\\.)*"|\b[A-Z][A-Z_]+\b/g, (word) => OPTION_OF.get(word) ?? word)
    .replace(/set the environment variable (\w+)/, "pass it as env: { $1: … }");
}

/** What is written at run time must not need more either. */
function joinForFetch({ join, registry }: Config): Config["join"] {
  return (written): Joined => {
    const joined = join(written);
    const problems = beyondFetch(joined.registry);
    return problems.length === 0 ? joined : { ...joined, registry, problems: [...joined.problems, ...problems] };
  };
}
