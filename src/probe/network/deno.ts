import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { ByteStream, Network } from "../network.ts";

/** The network of a Deno process: its connections are kept from one refresh to the next. */
export function createDenoNetwork(): Network {
  return {
    convertsGrpcWeb: false,
    keepsConnections: true,
    fetchFor: () => fetch,
    dial,
    firstMessage: () => Promise.reject(new Error("being written")),
  };
}

async function dial(upstream: Upstream, signal: AbortSignal): Promise<ByteStream> {
  const { hostname, port, isTls } = endpointOf(upstream.url);
  const connecting = isTls
    ? Deno.connectTls({ hostname, port, alpnProtocols: ["h2"] })
    : Deno.connect({ hostname, port });
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    const conn = await Promise.race([connecting, aborted]);
    return { readable: conn.readable, writable: conn.writable, close: () => closeQuietly(conn) };
  } catch (error) {
    connecting.then(closeQuietly, () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
