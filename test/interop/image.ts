import { eventually } from "../support/eventually.ts";

const ROOT = new URL("../../", import.meta.url);

/** What became of a container that ran here without a container. */
export interface ImageRun {
  /** The exit code of HEALTHCHECK while it ran, and when it had ended. */
  readonly healthyCode: number;
  readonly unhealthyCode: number;
  /** Files in its volume. */
  readonly wrote: readonly string[];
  readonly exitCode: number;
}

/** Longer than the process gives itself to shut down. */
const EXIT_WITHIN_MS = 10_000;

/**
 * Do what `deploy/Dockerfile` says without Docker: bundle, then run CMD with its ENV as its USER, who owns the volume and nothing
 * else, ask by HEALTHCHECK, and end it. Somebody who is not root runs it as himself.
 */
export async function runImage(): Promise<ImageRun> {
  const folder = await Deno.makeTempDir({ prefix: "rollcall-image-" });
  const dockerfile = await Deno.readTextFile(new URL("deploy/Dockerfile", ROOT));
  const volume = `${folder}/data`;
  const here = (text: string) => text.replaceAll("/data", volume);
  const port = freePort();
  const user = Deno.uid() === 0 ? { uid: 1993, gid: 1993 } : {};
  const env = { PATH: "/usr/bin:/bin", DENO_DIR: "/nonexistent", ...environmentOf(here(dockerfile)), PORT: `${port}` };
  const deno = `${folder}/deno`;

  await bundle(dockerfile, folder);
  await Deno.copyFile(Deno.execPath(), deno);
  await Deno.mkdir(volume);
  await Deno.chmod(folder, 0o755);
  if (Deno.uid() === 0) await Deno.chown(volume, 1993, 1993);
  const options = { cwd: folder, clearEnv: true, stdin: "null", ...user } as const;
  const child = new Deno.Command(deno, {
    ...options,
    args: wordsOf(here(dockerfile), /^CMD (\[.*\])$/m),
    env: { ...env, HOST: "127.0.0.1", GRPC_PORT: "0", ALLOW_PRIVATE_UPSTREAMS: "true" },
  }).spawn();
  const health = async () => {
    const args = wordsOf(dockerfile, /^HEALTHCHECK .* CMD (\[.*\])$/m).slice(1);
    const asking = new Deno.Command(deno, { ...options, args, env, stdout: "null", stderr: "null" });
    return (await asking.output()).code;
  };
  const healthyCode = await eventually(async () => await health() === 0 ? 0 : undefined, () => "").catch(health);
  const wrote = [...Deno.readDirSync(volume)].map(({ name }) => name).filter((name) => !/-(shm|wal)$/.test(name));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), EXIT_WITHIN_MS);
  const { code: exitCode } = await child.status;
  clearTimeout(timer);
  const unhealthyCode = await health();
  await Deno.remove(folder, { recursive: true });
  return { healthyCode, unhealthyCode, wrote, exitCode };
}

/** Make `rollcall.js` in `folder` by the words of the build stage. */
async function bundle(dockerfile: string, folder: string): Promise<void> {
  const [program, ...args] = wordsOf(dockerfile, /^RUN (\["deno", "bundle".*\])$/m);
  const moved = args.map((word) => word.replace("--output=", `--output=${folder}/`));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: moved, cwd: ROOT }).output();
  if (!success) throw new Error(`Cannot ${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** The words of an instruction in exec form. */
function wordsOf(dockerfile: string, instruction: RegExp): string[] {
  return JSON.parse(instruction.exec(dockerfile)?.[1] ?? "null");
}

function environmentOf(dockerfile: string): Record<string, string> {
  const pairs = /^ENV (.*)$/m.exec(dockerfile)?.[1]?.split(" ") ?? [];
  return Object.fromEntries(pairs.map((pair) => pair.split("=", 2)));
}

/** HEALTHCHECK asks a port by number, so that 0 will not do. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
