import process from "node:process";
import { builtWorker } from "../support/build.ts";
import { startFleet } from "./fleet.ts";
import { guide } from "./guide.ts";
import { choosePort } from "./port.ts";
import { startWorker } from "./worker.ts";

/** Stopping gets this long, in milliseconds; then the process leaves all the same. */
const STOP_MAX_MS = 5_000;

/** A bundle that takes longer than this, in milliseconds, is being built. */
const BUNDLE_SILENCE_MS = 300;

/** What has been started, as how to stop it, in order of start. */
type Started = (() => Promise<void>)[];

await main();

/** Run the demo until a signal stops it. Of the environment it reads PORT (8787) and DEMO_LOG (1: show the Worker's log). */
async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop.abort());
  const started: Started = [];
  let exitCode = 0;
  try {
    await run(stop.signal, started);
  } catch (error) {
    // What fails because it was stopped has not failed.
    if (!stop.signal.aborted) {
      console.error(error instanceof Error ? error.message : error);
      exitCode = 1;
    }
  }
  setTimeout(() => process.exit(exitCode), STOP_MAX_MS);
  // The last one first: workerd asks the upstreams, never the other way round.
  for (const end of started.reverse()) await end();
  process.exit(exitCode);
}

/** Start everything, and stay until `signal`. */
async function run(signal: AbortSignal, started: Started): Promise<void> {
  const port = choosePort(Deno.env.get("PORT") ?? "");
  const isLogging = Deno.env.get("DEMO_LOG") === "1";
  const scriptPath = await bundle();
  signal.throwIfAborted();
  const fleet = await startFleet();
  started.push(fleet.close);
  const worker = startWorker({ scriptPath, port, vars: fleet.vars, isLogging });
  started.push(worker.close);
  const url = await worker.ready;
  signal.throwIfAborted();
  console.log(guide({ url, upstreams: fleet.upstreams, isLogging }));
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  console.log("\nStopping.");
}

/** Path of the Worker's bundle; says so when it has to be built, which takes some seconds. */
async function bundle(): Promise<string> {
  const timer = setTimeout(() => console.log("Bundling the Worker (deno task build) …"), BUNDLE_SILENCE_MS);
  try {
    return await builtWorker();
  } finally {
    clearTimeout(timer);
  }
}
