/** How long a peer may take to end by itself, in milliseconds. */
const END_WITHIN_MS = 5_000;

/** A peer in a process of its own, which reads a line and answers with a line. */
export interface PeerProcess {
  readonly port: number;
  /** Send one line. Resolves when it was answered; rejects when the process ended instead. */
  tell(line: string): Promise<void>;
  /** Closes its stdin, which ends it, or kills it when it does not. Resolves when it is gone. */
  end(): Promise<void>;
}

/** Start a peer whose first printed line is its port. Rejects when it prints anything else. */
export async function startPeerProcess(program: string, args: readonly string[]): Promise<PeerProcess> {
  const child = new Deno.Command(program, { args: [...args], stdin: "piped", stdout: "piped", stderr: "inherit" })
    .spawn();
  const commands = child.stdin.getWriter();
  const lines = linesOf(child.stdout);

  async function answer(): Promise<string> {
    const { value } = await lines.next();
    if (value === undefined) throw new Error(`Cannot go on with ${args[0] ?? program}: it ended`);
    return value;
  }

  async function end(): Promise<void> {
    // It may have ended before, its stdin with it.
    await commands.close().catch(() => {});
    const timer = setTimeout(() => child.kill("SIGKILL"), END_WITHIN_MS);
    await child.status;
    clearTimeout(timer);
    await lines.return(undefined);
  }

  const first = await answer();
  if (!/^\d+$/.test(first)) {
    await end();
    throw new Error(`Cannot start ${args[0] ?? program}: it printed ${JSON.stringify(first)}`);
  }
  return {
    port: Number(first),
    tell: async (line) => {
      await commands.write(new TextEncoder().encode(`${line}\n`));
      await answer();
    },
    end,
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
