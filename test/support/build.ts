import { walkSync } from "./walk.ts";

const ROOT = new URL("../../", import.meta.url);
const BUNDLE = new URL("dist/worker.js", ROOT);

/**
 * The path of the Worker's bundle as it is deployed, built by the `build` task unless it is younger than its sources.
 * Rejects with the task's output when that fails.
 */
export function builtWorker(): Promise<string> {
  return (built ??= build());
}

let built: Promise<string> | undefined;

async function build(): Promise<string> {
  const changedAtMs = newestSourceMs();
  if (modifiedAtMs(BUNDLE) < changedAtMs) {
    const command = new Deno.Command(Deno.execPath(), { args: ["task", "build"], cwd: ROOT, stdin: "null" });
    const { success, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    if (!success) throw new Error(`Cannot build the Worker: the task failed\n${text}`);
    if (modifiedAtMs(BUNDLE) < changedAtMs) throw new Error(`Cannot use ${BUNDLE.pathname}: the task left it\n${text}`);
  }
  return BUNDLE.pathname;
}

function newestSourceMs(): number {
  const sources = walkSync(new URL("src/", ROOT)).map((path) => `src/${path}`);
  return Math.max(...["deno.lock", "wrangler.toml", ...sources].map((path) => modifiedAtMs(new URL(path, ROOT))));
}

/** 0 for a file that does not exist. */
function modifiedAtMs(file: URL): number {
  try {
    return Deno.statSync(file).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
