import { systemClock } from "../clock.ts";
import { createDenoNetwork } from "../probe/network/deno.ts";
import type { Input, Output } from "./io.ts";
import { runCli } from "./run-cli.ts";

/** As shells tell of a process that SIGINT or SIGPIPE ended. */
const EXIT_CODE = { interrupted: 130, pipeClosed: 141 } as const;

const DEFAULT_COLUMNS = 80;

/** What a terminal in its ordinary mode holds of a line: termios(3). */
const LINE_MAX_BYTES = 4_096;

await main();

/** The process: arguments, Ctrl-C, exit code. */
async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      // Who asks twice does not want to wait.
      if (stop.signal.aborted) Deno.exit(EXIT_CODE.interrupted);
      stop.abort();
    });
  }
  const exitCode = await runCli(Deno.args, {
    stdout: outputOf(Deno.stdout),
    stderr: outputOf(Deno.stderr),
    stdin: createInput(),
    env: Deno.env.toObject(),
    clock: systemClock,
    network: createDenoNetwork(),
    stop: stop.signal,
  });
  // Connections that are kept for a next probe would keep the process.
  Deno.exit(exitCode);
}

/** A terminal gives a line at a time, so that what one read brings is one. */
function createInput(): Input {
  return {
    isTerminal: Deno.stdin.isTerminal(),
    async readLine() {
      const bytes = new Uint8Array(LINE_MAX_BYTES);
      const length = await Deno.stdin.read(bytes);
      const text = new TextDecoder().decode(bytes.subarray(0, length ?? 0));
      return text.endsWith("\n") ? text.slice(0, -1) : undefined;
    },
  };
}

function outputOf(stream: typeof Deno.stdout): Output {
  const isTerminal = stream.isTerminal();
  return {
    isTerminal,
    columns: isTerminal ? Deno.consoleSize().columns : DEFAULT_COLUMNS,
    write: (text) => writeAll(stream, text),
  };
}

function writeAll(stream: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) written += stream.writeSync(bytes.subarray(written));
  } catch (error) {
    // Whoever read it, as `head`, has had enough.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(EXIT_CODE.pipeClosed);
    throw error;
  }
}
