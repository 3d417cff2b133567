import { systemClock } from "../../src/clock.ts";
import type { Io } from "../../src/cli/io.ts";
import type { Clock } from "../../src/ports.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";

/** What a command left behind. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The system's clock, but what would happen after so many milliseconds happens after a minute: no test depends on a machine's haste. */
export function leisurely(...timesMs: readonly number[]): Clock {
  return { ...systemClock, after: (ms, wake) => systemClock.after(timesMs.includes(ms) ? 60_000 : ms, wake) };
}

/** Run `rollcall` in this process, over the real network; neither its input nor its outputs are a terminal unless `io` says so. */
export async function runRollcall(args: readonly string[], io: Partial<Io> = {}): Promise<CliResult> {
  const running = startRollcall(args, io);
  const exitCode = await running.exitCode;
  return { exitCode, stdout: running.stdout(), stderr: running.stderr() };
}

/** A command under way. */
export interface RunningCli {
  readonly exitCode: Promise<number>;
  /** What was written so far. */
  stdout(): string;
  stderr(): string;
  /** Ctrl-C. */
  stop(): void;
}

/** Start `rollcall` in this process, for a command that goes on until it is stopped. */
export function startRollcall(args: readonly string[], io: Partial<Io> = {}): RunningCli {
  const stop = new AbortController();
  const written = { stdout: "", stderr: "" };
  const outputOf = (name: keyof typeof written) => ({
    isTerminal: false,
    columns: 80,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const network = createDenoNetwork();
  const exitCode = runCli(args, {
    stdout: outputOf("stdout"),
    stderr: outputOf("stderr"),
    stdin: { isTerminal: false, readLine: () => Promise.resolve(undefined) },
    env: {},
    clock: systemClock,
    network,
    stop: stop.signal,
    ...io,
  }).finally(() => network.close());
  return {
    exitCode,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    stop: () => stop.abort(),
  };
}
