import { encodeFrame, encodeTrailer } from "../../src/wire/grpc-web.ts";
import { encodeHealthCheckResponse, WIRE_STATUS } from "../../src/wire/health.ts";
import type { Clock } from "../../src/ports.ts";

/** What an edge invocation allows, which no local runtime enforces. */
export interface EdgeFetchOptions {
  readonly clock: Clock;
  /** Connections that may wait for headers at once; the next one queues silently. Default 6. */
  readonly slots?: number;
  /** Fetches allowed in all; the next one throws as workerd does. Default 50. */
  readonly subrequests?: number;
  /** How long a healthy upstream takes, in milliseconds. Default 20. */
  readonly latencyMs?: number;
  /** Hosts that never answer. */
  readonly hung: ReadonlySet<string>;
}

/**
 * A `fetch` with the limits of an edge invocation: a seventh connection waits its turn before it is sent, and the
 * fifty-first throws. Every upstream that is not hung serves, over gRPC-web.
 */
export function createEdgeFetch(options: EdgeFetchOptions) {
  const { clock, slots = 6, subrequests = 50, latencyMs = 20, hung } = options;
  const queue: (() => void)[] = [];
  const sent: string[] = [];
  let open = 0, peak = 0, calls = 0;

  async function takeSlot(): Promise<void> {
    while (open >= slots) await new Promise<void>((resolve) => queue.push(resolve));
    peak = Math.max(peak, ++open);
  }

  function freeSlot(): void {
    open--;
    queue.shift()?.();
  }

  const edgeFetch: typeof fetch = async (input, init) => {
    const { host, signal } = { host: new URL(String(input)).hostname, signal: init?.signal ?? undefined };
    if (++calls > subrequests) throw new Error("Too many subrequests.");
    await takeSlot();
    sent.push(host);
    // An abort closes the connection at once; what comes of the promise is seen a little later.
    signal?.addEventListener("abort", freeSlot, { once: true });
    await clock.sleep(hung.has(host) ? 1e9 : latencyMs, signal);
    signal?.removeEventListener("abort", freeSlot);
    signal?.throwIfAborted();
    freeSlot();
    return serving();
  };
  return { fetch: edgeFetch, sent, peak: () => peak };
}

function serving(): Response {
  const message = encodeFrame(encodeHealthCheckResponse(WIRE_STATUS.SERVING));
  const body = new Blob([message, encodeTrailer(0)]);
  return new Response(body, { headers: { "content-type": "application/grpc-web" } });
}
