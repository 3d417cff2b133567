import { startUpstream } from "./upstream.ts";

/** An upstream in a process of its own, to be killed without a goodbye. */
export interface UpstreamProcess extends AsyncDisposable {
  readonly url: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Start it again at the same port. */
  restart(): Promise<void>;
}

/** Start a serving upstream as a process. Rejects when it does not say where it listens. */
export async function startUpstreamProcess(): Promise<UpstreamProcess> {
  let running = await spawn(0);
  const { port } = running;

  async function kill(): Promise<void> {
    running.child.kill("SIGKILL");
    await running.child.status;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      running = await spawn(port);
    },
    [Symbol.asyncDispose]: async () => {
      // Ended already: there is nothing to kill.
      await kill().catch(() => {});
    },
  };
}

async function spawn(port: number): Promise<{ child: Deno.ChildProcess; port: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename ?? "", String(port)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  await reader.cancel();
  if (!/^\d+\n$/.test(value)) throw new Error(`Cannot start an upstream: it printed ${JSON.stringify(value)}`);
  return { child, port: Number(value) };
}

if (import.meta.main) {
  const { port } = await startUpstream({ port: Number(Deno.args[0]) });
  console.log(port);
}
