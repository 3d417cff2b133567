import { Readable, Writable } from "node:stream";
import { connect } from "node:tls";
import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { ByteStream } from "../../probe/network.ts";

/**
 * Open a TLS connection whose certificate nobody looks at, for `-tls-no-verify` alone: probes have no such way, for a check that
 * trusts anybody proves nothing.
 */
export async function insecureDial({ url, tls = {} }: Upstream, signal: AbortSignal): Promise<ByteStream> {
  signal.throwIfAborted();
  const { hostname, port } = endpointOf(url);
  const { cert, key } = tls;
  const socket = connect({
    host: hostname,
    port,
    rejectUnauthorized: false,
    ALPNProtocols: ["h2"],
    ...(cert !== undefined && key !== undefined && { cert, key }),
  });
  const abort = () => socket.destroy(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      // It stays, for an error without a listener ends the process.
      socket.on("error", reject);
    });
  } finally {
    signal.removeEventListener("abort", abort);
  }
  return {
    readable: Readable.toWeb(socket) as ReadableStream<Uint8Array>,
    writable: Writable.toWeb(socket),
    close: () => socket.destroy(),
  };
}
