import { isIPv6, type LookupFunction } from "node:net";
import { Readable, Writable } from "node:stream";
import { connect, type ConnectionOptions, rootCertificates, type TLSSocket } from "node:tls";
import { type Endpoint, endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { ByteStream } from "../network.ts";
import type { AddressGuard } from "./deno-guard.ts";

/**
 * Open a TLS connection to an upstream, with its certificates and name.
 *
 * Not by `Deno.connectTls`: closed while a handshake hangs, it keeps the socket open for as long as the peer likes, and
 * `Deno.startTls`, which alone asks for another name, shows no client certificate (both seen in Deno 2.9.6).
 *
 * Rejects with the platform's own error, or with `signal`'s reason once it aborts; leaves nothing open then.
 *
 * @param alpn What is offered; `h2` must be chosen, as RFC 9113 §3.2 asks.
 */
export async function connectTls(
  upstream: Upstream,
  alpn: "h2" | "http/1.1",
  signal: AbortSignal,
  guard?: AddressGuard,
): Promise<ByteStream> {
  signal.throwIfAborted();
  const addresses = await guard?.addressesOf(upstream, signal);
  const options = optionsOf(upstream, endpointOf(upstream.url));
  const socket = connect({ ...options, ...(addresses && { lookup: only(addresses) }), ALPNProtocols: [alpn] });
  // Else a request waits up to 40 ms for the peer to acknowledge what was sent before it.
  socket.setNoDelay(true);
  const abort = () => socket.destroy(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await secured(socket);
    if (alpn === "h2" && socket.alpnProtocol !== "h2") throw new Error(NO_ALPN);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
  return {
    readable: Readable.toWeb(socket) as ReadableStream<Uint8Array>,
    writable: Writable.toWeb(socket),
    close: () => socket.destroy(),
  };
}

/** Said of a TLS server that did not choose HTTP/2; `thrown.ts` reads it. */
const NO_ALPN = "TLS without ALPN h2";

function optionsOf({ tls = {} }: Upstream, { hostname, port }: Endpoint): ConnectionOptions {
  const { ca, cert, key, serverName } = tls;
  return {
    host: hostname,
    port,
    ...(serverName !== undefined && { servername: serverName }),
    // Alone, it would replace the platform's own.
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  };
}

/** What `node:net` asks instead of the resolver; it tries all of them, as it would those of the resolver. */
function only(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_hostname, { all }, found) => {
    const [first] = known;
    if (all === true || first === undefined) found(null, known);
    else found(null, first.address, first.family);
  };
}

/** Resolves once the peer has shown a certificate that is trusted. */
function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    // It stays, for an error without a listener ends the process; later ones are told by the streams.
    socket.on("error", (error) => reject(isUntrusted(error) ? new Error(UNTRUSTED) : error));
  });
}

/** All that Deno tells of a certificate that is not valid now, or whose issuer is not known. */
function isUntrusted(error: NodeJS.ErrnoException): boolean {
  return error.code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
}

const UNTRUSTED = "invalid peer certificate: expired, not valid yet, or signed by an authority that is not trusted";
