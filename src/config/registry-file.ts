import { parse as parseToml, TomlError } from "smol-toml";
import type { RegistryFile } from "../config.ts";
import { withoutComments } from "./jsonc.ts";
import { isTable, jsonErrorPlace } from "./read.ts";

/**
 * Parse the file named by REGISTRY_FILE: UPSTREAMS and GROUPS at its top level or, as in a `wrangler.toml`, under
 * `vars`. Other keys are left alone. Kept apart from `config.ts`, for a Worker has no use for a TOML parser.
 *
 * @param path Its name, which tells its language as of {@link parseFile}.
 * @returns Never a text of the file in a problem: it may hold header values.
 */
export function parseRegistryFile(text: string, path: string): RegistryFile {
  return registryIn(parseFile(text, path), path);
}

/** UPSTREAMS and GROUPS of a parsed file, or of one environment of a `wrangler.toml`; `root` as {@link parseFile} gives it. */
export function registryIn(root: FileTable | string, path: string): RegistryFile {
  const refused = (state: string, fix: string) => ({
    problems: [`Cannot parse REGISTRY_FILE ${JSON.stringify(path)}: ${state}; ${fix}`],
  });
  if (typeof root === "string") return refused(root, "correct it");
  const vars = isTable(root["vars"]) ? root["vars"] : {};
  const twice = KEYS.find((key) => Object.hasOwn(root, key) && Object.hasOwn(vars, key));
  if (twice !== undefined) return refused(`${twice} stands at the top level and under vars`, "keep one");
  const found = KEYS.flatMap((key) =>
    [vars, root].filter((table) => Object.hasOwn(table, key)).map((table) => [key, table[key]])
  );
  if (found.length === 0) {
    return refused("it has neither UPSTREAMS nor GROUPS", "write [[UPSTREAMS]] or [[vars.UPSTREAMS]]");
  }
  return { ...Object.fromEntries(found), problems: [] };
}

const KEYS = ["UPSTREAMS", "GROUPS"] as const;

/** What a file says at its top level. */
export type FileTable = Readonly<Record<string, unknown>>;

/**
 * Parse a file: JSON, in which comments may stand, if its name ends in `.json` or `.jsonc` or it begins with `{`; else TOML.
 *
 * @returns Why it cannot be parsed, where it cannot; nothing of its text.
 */
export function parseFile(text: string, path: string): FileTable | string {
  const isJson = /\.jsonc?$/.test(path) || text.trimStart().startsWith("{");
  return isJson ? parseJson(withoutComments(text)) : parseTomlText(text);
}

function parseTomlText(text: string): FileTable | string {
  try {
    return parseToml(text);
  } catch (error) {
    return error instanceof TomlError ? `not TOML at line ${error.line} column ${error.column}` : "not TOML";
  }
}

function parseJson(text: string): FileTable | string {
  try {
    const root: unknown = JSON.parse(text);
    return isTable(root) ? root : 'not a JSON object, as { "UPSTREAMS": [ … ] }';
  } catch (error) {
    return `not JSON${jsonErrorPlace(error)}`;
  }
}
