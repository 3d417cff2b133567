import { Argument, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { CliCommand } from "./command.ts";
import type { Io } from "./io.ts";
import { parseJinaHost } from "./ping/host.ts";
import { PING_TARGETS, type PingTarget, pingTargetOf } from "./ping/ping-target.ts";
import { pingInRounds } from "./ping/rounds.ts";

/** `rollcall ping`: `jina ping` with its options, texts and exit codes. */
export const ping: CliCommand = {
  name: "ping",
  summary: "Ping a Jina Flow, Gateway or Executor, as `jina ping` does.",
  examples: [
    ["rollcall ping flow grpc://localhost:12345", "is the Flow ready, its Executors included?"],
    ["rollcall ping executor localhost:12346 --attempts 1 --timeout 500", "one try of one Executor, half a second"],
    ["rollcall ping flow https://flow.example.com --min-successful-attempts 3", "ready three times in a row"],
  ],
  exitCodes: {
    0: "enough rounds succeeded",
    1: "too few did, the host cannot be read, or Ctrl-C",
    2: "a wrong option or argument",
  },
  define: (command, run) =>
    command
      .addArgument(
        new Argument("<target>", "flow: dry run of all; gateway, executor: one server").choices(PING_TARGETS),
      )
      .argument("<host>", "[scheme://]host[:port]; schemes grpc (default), grpcs, http, https, ws, wss")
      .option("--timeout <ms>", "of one round, in milliseconds; -1 waits for ever", parseTimeout, 3_000)
      .option("--attempts <n>", "how many rounds", parseCount, 3)
      .addOption(
        new Option("--retries <n>", "as --attempts, in the manner of Jina 3.9").argParser(parseCount).conflicts(
          "attempts",
        ),
      )
      .option("--min-successful-attempts <n>", "successes needed for exit code 0", parseCount, 1)
      .action((target, host, options) => run((io) => pingHost(target, host, { ...options, io }))),
};

interface PingOptions {
  readonly timeout: number;
  readonly attempts: number;
  readonly retries?: number | undefined;
  readonly minSuccessfulAttempts: number;
  readonly io: Io;
}

async function pingHost(kind: PingTarget, host: string, options: PingOptions): Promise<number> {
  const { timeout, retries, attempts, minSuccessfulAttempts, io } = options;
  const jinaHost = parseJinaHost(host);
  const rounds = {
    host,
    protocol: jinaHost.protocol,
    target: pingTargetOf(kind, jinaHost),
    timeoutMs: timeout,
    attempts: retries ?? attempts,
  };
  const { successes, latencyMs } = await pingInRounds(rounds, io);
  if (io.stop.aborted) return 1;
  const lost = rounds.attempts - successes;
  if (lost > 0) {
    io.stdout.write(`message lost ${Math.round(100 * lost / rounds.attempts)}% (${lost}/${rounds.attempts})\n`);
  }
  if (successes > 0) io.stdout.write(`avg. latency: ${Math.round(latencyMs / successes)} ms\n`);
  if (successes >= minSuccessfulAttempts) return 0;
  if (successes > 0) {
    io.stdout.write(`readiness check succeeded ${successes} times, less than ${minSuccessfulAttempts}\n`);
  }
  return 1;
}

function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("write a whole number, 0 or more");
  return Number(text);
}

function parseTimeout(text: string): number {
  if (text === "-1") return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("write milliseconds, or -1 for no timeout");
  return Number(text);
}
