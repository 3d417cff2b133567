import { type Config, parseConfig } from "../config.ts";
import type { Env } from "../config/field.ts";
import type { Platform } from "../core/knobs.ts";
import { type Registry, TOLD_PROTOCOLS } from "../core/registry.ts";
import type { CliCommand } from "./command.ts";
import { createPaint } from "./color.ts";
import { Option } from "@commander-js/extra-typings";
import type { Io } from "./io.ts";
import { costOf, type Keeping } from "./registry/cost.ts";
import { costView } from "./registry/cost-view.ts";
import { cronIntervalMs } from "./registry/cron.ts";
import { warningsOf } from "./registry/plan.ts";
import { missingSecrets, secretStandIns } from "./registry/secrets.ts";
import { readRegistrySource, type RegistrySource } from "./registry/source.ts";

/** `rollcall validate`: what is wrong with a registry, and what it will cost. */
export const validate: CliCommand = {
  name: "validate",
  summary: "Check a registry file or a wrangler.toml, and predict what it costs.",
  examples: [
    ["rollcall validate wrangler.toml", "every mistake at once, each with its fix; then the cost on Workers"],
    ["rollcall validate wrangler.jsonc --env staging", "the upstreams of wrangler deploy --env staging"],
    ["rollcall validate fleet.toml --platform workers", "would this registry do on Workers?"],
  ],
  exitCodes: {
    0: "nothing is wrong, though there may be warnings",
    1: "something is wrong with the registry",
    2: "the file cannot be read, a wrong option or argument",
  },
  define: (command, run) =>
    command
      .argument("<file>", "registry in TOML or JSON, or a wrangler.toml")
      .addOption(
        new Option("--platform <platform>", "where it is to run; default: workers for a wrangler.toml, else deno")
          .choices(["workers", "deno"] as const),
      )
      .option("--env <name>", "the [env.X] of a wrangler.toml to check; default: what stands outside of them")
      .action((file, options) => run((io) => validateFile(file, options, io))),
};

interface ValidateOptions {
  readonly platform?: Platform | undefined;
  readonly env?: string | undefined;
}

async function validateFile(path: string, options: ValidateOptions, io: Io): Promise<number> {
  const source = await readRegistrySource(path, options.env);
  const platform = options.platform ?? (source.wrangler === undefined ? "deno" : "workers");
  const config = parseConfig(environment(source, io.env), platform, source.file);
  const paint = createPaint(io.stdout, io);
  if (config.problems.length > 0) {
    for (const problem of config.problems) io.stdout.write(`${paint("red", "error")}: ${problem}\n`);
    io.stdout.write(`\n${path}: ${count(config.problems.length, "error")}\n`);
    return 1;
  }
  const keeping = keepingOf(source, platform, config);
  const cost = costOf(config, keeping);
  const warnings = [
    ...warningsOf(config, cost, keeping.scheduleMs < Infinity),
    ...warningsOfSource(source, platform, io.env),
    ...untold(source, config.registry),
    ...(options.env === undefined ? uncheckedOf(source) : []),
  ];
  const { upstreams, groups } = config.registry;
  io.stdout.write(
    `${path}: ${paint("green", "valid")} for ${platform === "deno" ? "Deno" : "Workers"}; ` +
      `${count(upstreams.length, "upstream")}, ${count(cost.targets, "target")}, ${count(groups.length, "group")}\n`,
  );
  io.stdout.write(costView(config, cost, paint));
  for (const warning of warnings) io.stdout.write(`\n${paint("yellow", "warning")}: ${warning}\n`);
  return 0;
}

/** What the registry will find where it runs: a secret that is not known here counts as set. */
function environment({ file, wrangler }: RegistrySource, env: Readonly<Record<string, string>>): Env {
  const { UPSTREAMS: _upstreams, GROUPS: _groups, ...rest } = env;
  const secrets = secretStandIns(file.UPSTREAMS);
  if (wrangler === undefined) return { ...secrets, ...rest };
  const bindings = Object.fromEntries(wrangler.bindings.map((name) => [name, { fetch }]));
  return { ...secrets, ...bindings, ...wrangler.vars };
}

function keepingOf({ wrangler }: RegistrySource, platform: Platform, { server }: Config): Keeping {
  if (platform === "deno") return { platform, scheduleMs: server.refreshEveryMs, hasKv: false };
  // A registry alone does not tell; then as the project's own wrangler.toml has it.
  if (wrangler === undefined) return { platform, scheduleMs: 60_000, hasKv: true };
  return { platform, scheduleMs: cronIntervalMs(wrangler.crons), hasKv: wrangler.hasKv };
}

/** A Worker var's size limit, in bytes. https://developers.cloudflare.com/workers/platform/limits/#environment-variables */
const VAR_MAX_BYTES = 5_120;

function warningsOfSource({ file, wrangler }: RegistrySource, platform: Platform, env: Io["env"]): string[] {
  const bytes = new TextEncoder().encode(JSON.stringify(file.UPSTREAMS ?? [])).length;
  const isTooLong = platform === "workers" && bytes > VAR_MAX_BYTES;
  const missing = missingSecrets(file.UPSTREAMS, env);
  const fix = platform === "workers" ? "run wrangler secret put for each" : "set the environment variables";
  const isToken = wrangler?.vars["READ_TOKEN"] !== undefined;
  return [
    isTooLong ? `UPSTREAMS takes ${bytes} bytes, and a Worker var holds ${VAR_MAX_BYTES}; split the fleet` : "",
    missing.length > 0 ? `not set here, and not checked: ${missing.join(", ")}; where it runs, ${fix}` : "",
    isToken ? "READ_TOKEN stands in the file for everyone to read; run wrangler secret put READ_TOKEN" : "",
  ].filter((text) => text !== "");
}

/** Upstreams that tell their status, with no place to keep it. */
function untold({ wrangler }: RegistrySource, { upstreams }: Registry): string[] {
  const told = upstreams.filter(({ protocol }) => TOLD_PROTOCOLS.some((other) => other === protocol));
  if (told.length === 0 || wrangler === undefined || wrangler.hasAuthority) return [];
  const names = told.map(({ name }) => name).join(", ");
  return [
    `nothing keeps what ${names} would tell; add [[durable_objects.bindings]] AUTHORITY, as docs/registry.md has it`,
  ];
}

/** Who takes one environment for checked may mean another. */
function uncheckedOf({ environments }: RegistrySource): string[] {
  const [first] = environments;
  return first === undefined ? [] : [`not checked: ${environments.join(", ")}; add --env ${first}`];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
