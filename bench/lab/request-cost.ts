import { cpuMs } from "./cpu-time.ts";
import { connectHttp } from "./http.ts";
import type { Server } from "./server.ts";
import { median } from "./statistics.ts";

/** A request to measure, and one that does nothing but be answered, which is taken off. */
export interface Asked {
  readonly request: Uint8Array;
  readonly idle: Uint8Array;
  /** How often each is sent, one after the other. */
  readonly times: number;
}

/** CPU of one request less that of one idle one, in milliseconds, all threads of the server. */
export async function requestCpuMs(server: Server, { request, idle, times }: Asked): Promise<number> {
  return await cpuOf(server, request, times) - await cpuOf(server, idle, times);
}

/** What one request takes until it is answered, less what an idle one takes, in milliseconds; medians both. */
export async function requestTookMs(server: Server, { request, idle, times }: Asked): Promise<number> {
  return median(await askTimes(server, request, times)) - median(await askTimes(server, idle, times));
}

/** Send a request so often, over one connection; any answer but a 200 is thrown. Resolves with what each took, in milliseconds. */
export async function askTimes({ port }: Server, request: Uint8Array, times: number): Promise<readonly number[]> {
  using connection = await connectHttp(port);
  const tookMs: number[] = [];
  for (let asked = 0; asked < times; asked++) {
    const startedMs = performance.now();
    const { status, body } = await connection.ask(request);
    tookMs.push(performance.now() - startedMs);
    if (status !== 200) throw new Error(`Cannot measure: wrong answer ${status} ${new TextDecoder().decode(body)}`);
  }
  return tookMs;
}

async function cpuOf(server: Server, request: Uint8Array, times: number): Promise<number> {
  const beforeMs = cpuMs(server.pid);
  await askTimes(server, request, times);
  return (cpuMs(server.pid) - beforeMs) / times;
}
