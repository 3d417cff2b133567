import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { ByteStream } from "../network.ts";

/**
 * Open a TCP connection to an upstream, and over it TLS with ALPN `h2` where its URL says so; as `Network.dial` promises.
 *
 * A client certificate and a server name of one's own exclude each other: Deno has no way to say both.
 */
export async function dial({ url, tls }: Upstream, signal: AbortSignal): Promise<ByteStream> {
  const { hostname, port, isTls } = endpointOf(url);
  const conn = isTls ? await dialTls({ hostname, port, signal }, tls) : await dialTcp({ hostname, port, signal });
  return { readable: conn.readable, writable: conn.writable, close: () => closeQuietly(conn) };
}

interface Address {
  readonly hostname: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

async function dialTcp(address: Address): Promise<Deno.TcpConn> {
  const conn = await Deno.connect(address);
  // Else a request waits up to 40 ms for the peer to acknowledge what was sent before it.
  conn.setNoDelay();
  return conn;
}

async function dialTls(address: Address, tls: Upstream["tls"] = {}): Promise<Deno.TlsConn> {
  const conn = await beginTls(address, tls);
  const abort = () => closeQuietly(conn);
  address.signal.addEventListener("abort", abort, { once: true });
  try {
    address.signal.throwIfAborted();
    const { alpnProtocol } = await conn.handshake();
    if (alpnProtocol !== "h2") throw new Error(NO_ALPN);
    return conn;
  } catch (error) {
    closeQuietly(conn);
    throw wordedAnew(error);
  } finally {
    address.signal.removeEventListener("abort", abort);
  }
}

/** Said of a TLS server that did not choose HTTP/2; `thrown.ts` reads it. */
const NO_ALPN = "TLS without ALPN h2";

async function beginTls(
  address: Address,
  { ca, cert, key, serverName }: NonNullable<Upstream["tls"]>,
): Promise<Deno.TlsConn> {
  const { hostname, port } = address;
  const options = { alpnProtocols: ["h2"], ...(ca !== undefined && { caCerts: [ca] }) };
  if (cert === undefined || key === undefined) {
    return await Deno.startTls(await dialTcp(address), { ...options, hostname: serverName ?? hostname });
  }
  if (serverName !== undefined) {
    throw new Error("Cannot dial: a client certificate with a serverName is not possible on Deno");
  }
  return await Deno.connectTls({ ...options, hostname, port, cert, key });
}

/** As `fetch` words it when a peer hangs up in the middle of a handshake. */
function wordedAnew(error: unknown): unknown {
  return error instanceof Deno.errors.UnexpectedEof ? new Error("tls handshake eof") : error;
}

/** Not waited for: closing a TLS connection that hangs never ends. */
function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
