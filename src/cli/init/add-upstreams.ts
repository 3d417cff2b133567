import { parse as parseToml } from "smol-toml";
import { isTable } from "../../config/read.ts";
import { parseRegistryFile } from "../../config/registry-file.ts";
import { CliError } from "../cli-error.ts";

/** A registry file that is to grow. */
export interface RegistryText {
  readonly path: string;
  /** `""` where there is no file yet. */
  readonly text: string;
}

/** What a registry file holds already. */
export interface Registered {
  readonly names: ReadonlySet<string>;
  readonly urls: ReadonlySet<string>;
  /** `vars.UPSTREAMS` or `UPSTREAMS`, as the file has it. */
  readonly header: string;
}

/** Read what is registered. Throws a CliError for a file that does not parse. */
export function registeredIn({ path, text }: RegistryText): Registered {
  const root = parseRoot({ path, text });
  const isTopLevel = Object.hasOwn(root, "UPSTREAMS") || Object.hasOwn(root, "GROUPS");
  const list = isTopLevel ? root["UPSTREAMS"] : isTable(root["vars"]) ? root["vars"]["UPSTREAMS"] : undefined;
  const tables = Array.isArray(list) ? list.filter(isTable) : [];
  const textsOf = (key: string) => new Set(tables.map((table) => String(table[key] ?? "").replace(/\/+$/, "")));
  return { names: textsOf("name"), urls: textsOf("url"), header: isTopLevel ? "UPSTREAMS" : "vars.UPSTREAMS" };
}

/**
 * What to append to the file so that it has these blocks too.
 *
 * @throws CliError when the file cannot take them: JSON, or TOML in which UPSTREAMS is written as one list.
 */
export function addition({ path, text }: RegistryText, blocks: string): string {
  const gap = text === "" || text.endsWith("\n\n") ? "" : text.endsWith("\n") ? "\n" : "\n\n";
  const added = `${gap}${blocks}`;
  if (text.trimStart().startsWith("{") || parseRegistryFile(text + added, path).problems.length > 0) {
    throw new CliError(
      `Cannot add to ${JSON.stringify(path)}: it has no room for [[UPSTREAMS]] tables`,
      "write UPSTREAMS as such tables, or leave --write out and paste",
    );
  }
  return added;
}

function parseRoot({ path, text }: RegistryText): Readonly<Record<string, unknown>> {
  try {
    const root: unknown = text.trimStart().startsWith("{") ? JSON.parse(text) : parseToml(text);
    return isTable(root) ? root : {};
  } catch {
    throw new CliError(`Cannot read ${JSON.stringify(path)}: it is no TOML or JSON`, "rollcall validate tells where");
  }
}
