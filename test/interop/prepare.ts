const ROOT = new URL("../../", import.meta.url);

/** Where peers are fetched and built; git ignores it, and removing it only costs time. */
const CACHE = new URL(".interop/", ROOT);

/** Longer than a slow line and two cores take for what the peers and tools need, in milliseconds. */
const WITHIN_MS = 900_000;

const prepared = new Map<string, Promise<string>>();

/** The Python of a virtual environment that has just these requirements. Rejects with the reason when it cannot be made. */
export function pythonWith(requirements: URL): Promise<string> {
  return once(requirements.pathname, () => makeEnvironment(requirements));
}

/** The folder of the programs of `peers/go`, built. Rejects with the reason when they cannot be. */
export function goPrograms(): Promise<string> {
  return once("go", () => goBuild("go", new URL("peers/go/", import.meta.url), ["./..."]));
}

/** The folder of the tools that `tools/go.mod` names and of its own programs, built. Rejects with the reason when they cannot be. */
export function goTools(): Promise<string> {
  return once("tools", () => goBuild("tools", new URL("tools/", import.meta.url), ["tool", "./..."]));
}

async function goBuild(name: string, module: URL, packages: readonly string[]): Promise<string> {
  const folder = new URL(`${name}/bin/`, CACHE).pathname;
  // The toolchain that is here, and versions as pinned: nothing is chosen on the way.
  const env = { GOTOOLCHAIN: "local", GOWORK: "off", GOFLAGS: "" };
  const args = ["build", "-mod=readonly", "-modcacherw", "-buildvcs=false", "-trimpath", "-o", folder, ...packages];
  await run("go", { args, cwd: module, env });
  return folder;
}

function once(key: string, make: () => Promise<string>): Promise<string> {
  const promise = prepared.get(key) ?? make();
  prepared.set(key, promise);
  return promise;
}

async function makeEnvironment(requirements: URL): Promise<string> {
  const name = requirements.pathname.split("/").at(-2);
  const folder = new URL(`${name}/`, CACHE);
  const python = new URL("bin/python", folder).pathname;
  // Written last: an environment that has it is whole.
  const installed = new URL("requirements.txt", folder);
  const wanted = await Deno.readTextFile(requirements);
  if (await textOf(installed) === wanted) return python;
  await run("python3", { args: ["-m", "venv", "--clear", folder.pathname] });
  await run(python, {
    args: ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "-r", requirements.pathname],
  });
  await Deno.writeTextFile(installed, wanted);
  return python;
}

/** Undefined for a file that does not exist. */
async function textOf(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

interface RunOptions {
  readonly args: string[];
  readonly cwd?: URL;
  readonly env?: Record<string, string>;
}

async function run(program: string, { args, cwd = ROOT, env = {} }: RunOptions): Promise<void> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const options = { args, cwd, env: { ...await home(), ...env }, stdin: "null", signal } as const;
  const { success, stderr } = await output(program, options);
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  if (signal.aborted) throw new Error(`${program} ${args[0]} took longer than ${WITHIN_MS} ms`);
  if (!success) throw new Error(`${program} ${args.slice(0, 3).join(" ")} failed: ${lines.slice(-3).join(" ")}`);
}

async function output(program: string, options: Deno.CommandOptions): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(program, options).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`no ${program} on this machine`);
    throw error;
  }
}

/** A home for the caches of pip and Go, where the user has none to write to. */
async function home(): Promise<Record<string, string>> {
  const own = Deno.env.get("HOME") ?? "";
  if (own !== "" && await isWritable(own)) return {};
  const folder = new URL("home/", CACHE);
  await Deno.mkdir(folder, { recursive: true });
  return { HOME: folder.pathname };
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await Deno.remove(await Deno.makeTempDir({ dir: folder, prefix: ".rollcall-" }));
    return true;
  } catch {
    return false;
  }
}
