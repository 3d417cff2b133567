import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { builtWorker } from "../../test/support/build.ts";
import { workerdConfig } from "./workerd-config.ts";
import type { Server } from "./server.ts";

/**
 * Start Rollcall: the bundle as it is deployed, built first where it is not up to date. It has no KV, so that a workerd
 * does what an isolate does and no more.
 */
export async function startRollcallOnWorkerd(vars: Readonly<Record<string, unknown>>): Promise<Server> {
  return await startWorker(Deno.readTextFileSync(await builtWorker()), vars);
}

/**
 * Start a Worker in a workerd of its own.
 *
 * Not by Miniflare: it puts a Worker of its own before each request and another behind each `fetch`, which are absent in
 * production and would be in both sides of every ratio (a probe then costs more than twice).
 */
export async function startWorker(script: string, vars: Readonly<Record<string, unknown>> = {}): Promise<Server> {
  const config = await Deno.makeTempFile({ prefix: "rollcall-bench-", suffix: ".capnp" });
  await Deno.writeTextFile(config, workerdConfig(script, vars));
  const child = spawn(workerdPath(), ["serve", "--control-fd=3", config], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const ended = once(child, "exit");
  child.stdout?.resume();
  const control = createInterface(child.stdio[3] as Readable);
  const [line] = await Promise.race([once(control, "line"), ended.then(() => [`{"event":"exit"}`])]);
  await Deno.remove(config);
  const { event, port } = JSON.parse(String(line));
  if (event !== "listen") throw new Error(`Cannot start workerd: it says ${line}`);
  return {
    port,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The binary that Miniflare would run. */
function workerdPath(): string {
  const require = createRequire(import.meta.resolve("miniflare"));
  return require("workerd").default;
}
