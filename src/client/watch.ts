import { createBackoff } from "../core/backoff.ts";
import type { GrpcCode } from "../wire/grpc-code.ts";
import type { WireStatus } from "../wire/health.ts";
import type { Endpoint } from "./endpoint.ts";
import type { CallOptions } from "./limit.ts";
import { RollcallError } from "./rollcall-error.ts";
import { watchStream } from "./watch-stream.ts";

/**
 * Follow a name by one Watch stream after another: its status now, then each change, until `signal` aborts or the reader
 * leaves. A stream that ends is replaced by gRPC's connection backoff. When two in a row tell nothing the name is UNKNOWN,
 * for an old status must not go on being shown; one alone may be a connection lost on the way.
 *
 * @throws {RollcallError} When the very first streams say that none will ever tell anything.
 */
export async function* watch(
  endpoint: Endpoint,
  service: string,
  options: CallOptions & { readonly random: () => number },
): AsyncGenerator<WireStatus, void, void> {
  const { clock } = endpoint;
  const { signal, random } = options;
  const backoff = createBackoff(random);
  let shown: WireStatus | undefined;
  let hasEverSpoken = false;
  let silentInARow = 0;
  while (!signal?.aborted) {
    const startedMs = clock.nowMs();
    silentInARow++;
    try {
      for await (const status of watchStream(endpoint, service, options)) {
        hasEverSpoken = true;
        silentInARow = 0;
        if (status !== shown) yield shown = status;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!hasEverSpoken && isHopeless(error)) throw error;
    }
    if (silentInARow === 0) backoff.reset();
    if (silentInARow > 1 && shown !== "UNKNOWN") yield shown = "UNKNOWN";
    await clock.sleep(Math.max(0, startedMs + backoff.nextMs() - clock.nowMs()), signal);
  }
}

/** Asking again will not help. Once a stream has spoken these are taken for an accident, such as a deployment's. */
const HOPELESS: readonly GrpcCode[] = ["unimplemented", "unauthenticated", "permission_denied", "invalid_argument"];

function isHopeless(error: unknown): boolean {
  return error instanceof RollcallError && HOPELESS.includes(error.code);
}
