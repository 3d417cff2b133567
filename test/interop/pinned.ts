/** The version of an npm package, as pinned in `deno.json`. */
export function npmVersion(name: string): string {
  return found("../../deno.json", `"npm:${name}@([^"]+)"`);
}

/** The version of a Python package, as pinned in a requirements file below `peers`. */
export function pythonVersion(folder: "python" | "envoy" | "jina", name: string): string {
  return found(`peers/${folder}/requirements.txt`, `^${name}==(.+)$`);
}

/** The version of a Go module, as pinned in `peers/go/go.mod`. */
export function goVersion(module: string): string {
  return found("peers/go/go.mod", `^\\t${module} v(\\S+)`);
}

/** The version of a Go module, as pinned in `tools/go.mod`. */
export function toolVersion(module: string): string {
  return found("tools/go.mod", `^\\t${module} v(\\S+)`);
}

function found(path: string, pattern: string): string {
  const text = Deno.readTextFileSync(new URL(path, import.meta.url));
  const version = new RegExp(pattern, "m").exec(text)?.[1];
  if (version === undefined) throw new Error(`Cannot tell a version: ${path} has no ${pattern}`);
  return version;
}
