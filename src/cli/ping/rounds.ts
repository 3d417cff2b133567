import type { ProbeOutcome } from "../../core/observation.ts";
import type { Target } from "../../core/registry.ts";
import { ask } from "../ask.ts";
import { createPaint } from "../color.ts";
import type { Io } from "../io.ts";
import { rpcErrorOf } from "../rpc-error.ts";
import { readableTime } from "./readable-time.ts";

/** What is pinged, and how often. */
export interface Rounds {
  /** As the user wrote it. */
  readonly host: string;
  /** What it speaks, as Jina calls it. */
  readonly protocol: string;
  readonly target: Target;
  /** Infinity for none. */
  readonly timeoutMs: number;
  readonly attempts: number;
}

/** How the rounds went. */
export interface RoundsResult {
  readonly successes: number;
  /** Of the rounds that succeeded, in milliseconds. */
  readonly latencyMs: number;
}

/** Between one round and the next, in milliseconds; not after the last. */
const PAUSE_MS = 1_000;

/**
 * Ping in rounds, telling of each in the words of Jina's documentation (3.9.1). Ends early at Ctrl-C.
 *
 * https://github.com/jina-ai/serve/blob/v3.9.1/docs/fundamentals/flow/health-check.md
 */
export async function pingInRounds(
  { host, protocol, target, timeoutMs, attempts }: Rounds,
  io: Io,
): Promise<RoundsResult> {
  const paint = createPaint(io.stdout, io);
  let successes = 0;
  let latencyMs = 0;
  for (let round = 0; round < attempts && !io.stop.aborted; round++) {
    const name = `ping ${host} at ${round} round`;
    io.stdout.write(`${name}...\n`);
    const startedMs = io.clock.nowMs();
    const outcome = await ask(target, timeoutMs, io);
    if (io.stop.aborted) break;
    const tookMs = io.clock.nowMs() - startedMs;
    const isLast = round === attempts - 1;
    if (isServing(outcome)) {
      successes++;
      latencyMs += tookMs;
    } else {
      const error = `Error while getting response from ${protocol} server: ${wordsOf(outcome, target)}`;
      io.stdout.write(`${paint("red", error)}\n`);
      const retry = `not responding, retry (${round + 1}/${attempts})${isLast ? "" : " in 1s"}`;
      io.stdout.write(`${paint("yellow", retry)}\n`);
    }
    io.stdout.write(`${name} takes ${readableTime(tookMs)}\n`);
    if (!isLast) await io.clock.sleep(PAUSE_MS, io.stop);
  }
  return { successes, latencyMs };
}

function isServing(outcome: ProbeOutcome): boolean {
  return outcome.kind === "answered" && outcome.status === "SERVING";
}

/** The code and the detail; of a dry run that ended with an error, as Jina's `StatusProto` has them. */
function wordsOf(outcome: ProbeOutcome, { upstream }: Target): string {
  const isPlainAnswer = outcome.kind === "answered" && outcome.reason === undefined;
  if (!isPlainAnswer) {
    const { code, detail } = rpcErrorOf(outcome);
    return `${code.toUpperCase()}: ${detail}`;
  }
  if (upstream.kind === "flow") return `ERROR: ${outcome.message ?? "no description"}`;
  return `the server answered ${outcome.status}`;
}
