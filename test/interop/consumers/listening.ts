/** How a Go program by Prometheus' hands says where it listens. */
const LISTENING = /msg="Listening on" address=(\S+)/;

/** A program that serves HTTP until it is ended. */
export interface Listening {
  /** Host and port. */
  readonly address: string;
  /** SIGTERM. Resolves when it is gone. */
  end(): Promise<void>;
}

/** Start a program, and wait until it says in its log where it listens. Rejects with its log when it ends instead. */
export async function startListening(program: string, args: readonly string[]): Promise<Listening> {
  const child = new Deno.Command(program, { args: [...args], stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reading = (async () => {
    let log = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      log += text;
      const address = LISTENING.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    }
    reject(new Error(`Cannot start ${program}: ${log}`));
  })();
  return {
    address: await promise,
    end: async () => {
      child.kill("SIGTERM");
      await child.status;
      await reading;
    },
  };
}
