import { builtWorker } from "../test/support/build.ts";
import { bundleSize } from "./bundle-size.ts";
import { hotRead } from "./hot-read.ts";
import { table } from "./lab/table.ts";
import { nativeProbe } from "./native-probe.ts";
import { nativeServe } from "./native-serve.ts";
import { refreshCpu } from "./refresh-cpu.ts";

/** Everything that is measured, as text to print; `deno task bench bundle-size hot-read` runs these only. */
const PARTS: Readonly<Record<string, () => string | Promise<string>>> = {
  "bundle-size": () => table("Size of the Worker", bundleSize()),
  "refresh-cpu": async () => table("CPU of one refresh on workerd", await refreshCpu()),
  "native-probe": async () => table("A native gRPC probe, against others in the same run", await nativeProbe()),
  "native-serve": async () => table("Native gRPC served on Deno, under h2load", await nativeServe()),
  "hot-read": async () => table("Hot reads, against a bare server in the same run", await hotRead()),
  "probe-codec": async () => `\nThe codec of probes, against connect-es\n${await output("probe-codec.ts")}`,
};

const names = Deno.args.length > 0 ? Deno.args : Object.keys(PARTS);
await builtWorker();
for (const name of names) {
  const run = PARTS[name];
  if (run === undefined) {
    throw new Error(`Cannot run ${JSON.stringify(name)}: there are ${Object.keys(PARTS).join(", ")}`);
  }
  console.error(`Running ${name} …`);
  console.log(await run());
}

/** What a program beside this one prints. */
async function output(file: string): Promise<string> {
  const args = ["run", "-A", new URL(file, import.meta.url).pathname];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stdin: "null", stderr: "inherit" })
    .output();
  if (!success) throw new Error(`Cannot finish bench/${file}: it failed`);
  return new TextDecoder().decode(stdout);
}
