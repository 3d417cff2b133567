import type { RegistryFile } from "../../config.ts";
import type { Env } from "../../config/field.ts";
import { isTable } from "../../config/read.ts";
import { type FileTable, parseFile, registryIn } from "../../config/registry-file.ts";
import { CliError } from "../cli-error.ts";

/** A file that holds a registry, as it is written. */
export interface RegistrySource {
  readonly path: string;
  readonly text: string;
  /** UPSTREAMS and GROUPS, or why there are none. */
  readonly file: RegistryFile;
  /** What a `wrangler.toml` says besides; undefined for a file of a registry alone. */
  readonly wrangler: WranglerFile | undefined;
  /** Names of its `[env.X]`. */
  readonly environments: readonly string[];
  /** The version of a deployment's registry that `rollcall registry --json` saved it from; undefined for any other file. */
  readonly savedVersion: number | undefined;
}

/** The part of a `wrangler.toml` that a registry depends on. https://developers.cloudflare.com/workers/wrangler/configuration/ */
export interface WranglerFile {
  /** Knobs and the like, without UPSTREAMS and GROUPS. */
  readonly vars: Env;
  /** Names of bindings that can fetch. */
  readonly bindings: readonly string[];
  readonly crons: readonly string[];
  readonly hasKv: boolean;
  /** There is a place for what is written at run time. */
  readonly hasAuthority: boolean;
}

/**
 * Read a registry file, or a `wrangler.toml`. Throws a CliError when it cannot be read; mistakes in it are in `file.problems`.
 *
 * @param environment The `[env.X]` of a `wrangler.toml` that is meant; default: none, as `wrangler deploy` without `--env`.
 */
export async function readRegistrySource(path: string, environment?: string): Promise<RegistrySource> {
  const text = await readText(path);
  const parsed = parseFile(text, path);
  const root = typeof parsed === "string" ? {} : parsed;
  const wrangler = isWrangler(path) ? wranglerEnvironment(root, { path, environment }) : undefined;
  if (wrangler === undefined && environment !== undefined) {
    throw new CliError(`Cannot read environment ${environment} of ${path}: it is no wrangler.toml`, "leave out --env");
  }
  const { version } = root;
  return {
    path,
    text,
    file: named(registryIn(typeof parsed === "string" ? parsed : wrangler ?? root, path)),
    wrangler: wrangler && wranglerFile(wrangler),
    environments: wrangler === undefined ? [] : Object.keys(tableOf(root["env"])),
    savedVersion: typeof version === "number" && wrangler === undefined ? version : undefined,
  };
}

/** A `wrangler.toml` as wrangler takes it for one environment, which inherits nothing of what a registry depends on but cron. */
function wranglerEnvironment(
  root: FileTable,
  { path, environment }: { readonly path: string; readonly environment: string | undefined },
): FileTable {
  if (environment === undefined) return root;
  const environments = tableOf(root["env"]);
  const own = environments[environment];
  if (isTable(own)) return { triggers: root["triggers"], ...own };
  const names = Object.keys(environments).join(", ");
  throw new CliError(
    `Cannot read environment ${environment} of ${path}: there is no [env.${environment}]`,
    names === "" ? "leave out --env" : `it has ${names}`,
  );
}

/** No variable names it here. */
function named(file: RegistryFile): RegistryFile {
  return { ...file, problems: file.problems.map((problem) => problem.replace("REGISTRY_FILE ", "")) };
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const state = error instanceof Deno.errors.NotFound ? "there is no such file" : String(error);
    throw new CliError(`Cannot read ${JSON.stringify(path)}: ${state}`, "name a registry file or a wrangler.toml");
  }
}

function isWrangler(path: string): boolean {
  return /(?:^|\/)wrangler[^/]*\.(?:toml|jsonc?)$/.test(path);
}

const FETCHING_BINDINGS = ["services", "vpc_services", "vpc_networks", "mtls_certificates"];

function wranglerFile(root: FileTable): WranglerFile {
  const { UPSTREAMS: _upstreams, GROUPS: _groups, ...vars } = tableOf(root["vars"]);
  const crons = tableOf(root["triggers"])["crons"];
  const bindingsIn = (key: string) => tablesOf(root[key]).map(({ binding }) => binding).filter(isText);
  return {
    vars,
    bindings: FETCHING_BINDINGS.flatMap(bindingsIn),
    crons: Array.isArray(crons) ? crons.filter(isText) : [],
    hasKv: bindingsIn("kv_namespaces").includes("KV"),
    hasAuthority: tablesOf(tableOf(root["durable_objects"])["bindings"]).some(({ name }) => name === "AUTHORITY"),
  };
}

function tableOf(value: unknown): FileTable {
  return isTable(value) ? value : {};
}

function tablesOf(value: unknown): readonly FileTable[] {
  return Array.isArray(value) ? value.filter(isTable) : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
