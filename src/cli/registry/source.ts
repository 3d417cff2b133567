import { parse as parseToml } from "smol-toml";
import type { Env } from "../../config/field.ts";
import { isTable } from "../../config/read.ts";
import { parseRegistryFile, type RegistryFile } from "../../config/registry-file.ts";
import { CliError } from "../cli-error.ts";

/** A file that holds a registry, as it is written. */
export interface RegistrySource {
  readonly path: string;
  readonly text: string;
  /** UPSTREAMS and GROUPS, or why there are none. */
  readonly file: RegistryFile;
  /** What a `wrangler.toml` says besides; undefined for a file of a registry alone. */
  readonly wrangler: WranglerFile | undefined;
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
}

/** Read a registry file, or a `wrangler.toml`. Throws a CliError when it cannot be read; mistakes in it are in `file.problems`. */
export async function readRegistrySource(path: string): Promise<RegistrySource> {
  const text = await readText(path);
  const file = named(parseRegistryFile(text, path));
  const root = parseRoot(text);
  const { version } = root;
  return {
    path,
    text,
    file,
    wrangler: isWrangler(path) ? wranglerFile(root) : undefined,
    savedVersion: typeof version === "number" && !isWrangler(path) ? version : undefined,
  };
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
  return /(?:^|\/)wrangler[^/]*\.(?:toml|json)$/.test(path);
}

type Table = Readonly<Record<string, unknown>>;

/** Empty for what does not parse; `parseRegistryFile` has told why. */
function parseRoot(text: string): Table {
  try {
    const root: unknown = text.trimStart().startsWith("{") ? JSON.parse(text) : parseToml(text);
    return isTable(root) ? root : {};
  } catch {
    return {};
  }
}

const FETCHING_BINDINGS = ["services", "vpc_services", "vpc_networks", "mtls_certificates"];

function wranglerFile(root: Table): WranglerFile {
  const { UPSTREAMS: _upstreams, GROUPS: _groups, ...vars } = tableOf(root["vars"]);
  const crons = tableOf(root["triggers"])["crons"];
  const bindingsIn = (key: string) => tablesOf(root[key]).map(({ binding }) => binding).filter(isText);
  return {
    vars,
    bindings: FETCHING_BINDINGS.flatMap(bindingsIn),
    crons: Array.isArray(crons) ? crons.filter(isText) : [],
    hasKv: bindingsIn("kv_namespaces").includes("KV"),
  };
}

function tableOf(value: unknown): Table {
  return isTable(value) ? value : {};
}

function tablesOf(value: unknown): readonly Table[] {
  return Array.isArray(value) ? value.filter(isTable) : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
