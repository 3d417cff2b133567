import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { ByteStream } from "../network.ts";
import { type AddressGuard, firstReachable } from "./deno-guard.ts";
import { connectTls } from "./deno-tls.ts";

/** Open a connection to an upstream, over TLS with ALPN `h2` where its URL says so; as `Network.dial` promises. */
export async function dial(upstream: Upstream, signal: AbortSignal, guard?: AddressGuard): Promise<ByteStream> {
  const { hostname, port, isTls } = endpointOf(upstream.url);
  if (isTls) return await connectTls(upstream, "h2", signal, guard);
  const addresses = await guard?.addressesOf(upstream, signal) ?? [hostname];
  const connect = (hostname: string) => connected({ hostname, port }, signal);
  const conn = await firstReachable(addresses, connect, () => !signal.aborted);
  // Else a request waits up to 40 ms for the peer to acknowledge what was sent before it.
  conn.setNoDelay();
  return { readable: conn.readable, writable: conn.writable, close: () => closeQuietly(conn) };
}

/**
 * `Deno.connect`, which leaves nothing open when the signal aborts: where it does so just as the connection is up, Deno 2.9.6
 * throws, and nobody ever closes what it had opened. A signal that never throws has it returned all the same.
 */
async function connected(to: Deno.ConnectOptions, signal: AbortSignal): Promise<Deno.TcpConn> {
  signal.throwIfAborted();
  const cancel = new AbortController();
  const abort = () => cancel.abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const conn = await Deno.connect({ ...to, signal: Object.assign(cancel.signal, { throwIfAborted: () => {} }) });
    if (signal.aborted) conn.close();
    return conn;
  } finally {
    signal.removeEventListener("abort", abort);
    signal.throwIfAborted();
  }
}

function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
