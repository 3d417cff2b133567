import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { ByteStream, Network } from "../../probe/network.ts";

/**
 * Tell of each connection of native gRPC that stands: the server has spoken HTTP/2, as grpc-go asks before it takes a connection for
 * one.
 */
export function watchConnections(network: Network, onConnected: () => void): Network {
  async function dial(upstream: Upstream, signal: AbortSignal): Promise<ByteStream> {
    const stream = await network.dial(upstream, signal);
    return { ...stream, readable: stream.readable.pipeThrough(tapFirstFrame(onConnected)) };
  }

  return { ...network, dial };
}

/** A frame's type is its fourth byte, and a server's first frame is SETTINGS: RFC 9113 §4.1, §3.4. */
const TYPE_AT = 3;
const SETTINGS = 4;

function tapFirstFrame(onSettings: () => void): TransformStream<Uint8Array, Uint8Array> {
  let at = 0;
  return new TransformStream({
    transform(bytes, controller) {
      if (at <= TYPE_AT && bytes[TYPE_AT - at] === SETTINGS) onSettings();
      at += bytes.length;
      controller.enqueue(bytes);
    },
  });
}

/** A way to a server that listens on a Unix socket. */
export function unixDial(path: string): Network["dial"] {
  return async () => {
    const connection = await Deno.connect({ transport: "unix", path });
    const close = () => {
      try {
        connection.close();
      } catch {
        // Closed already.
      }
    };
    return { readable: connection.readable, writable: connection.writable, close };
  };
}

/** Connect and hang up: what can be told of connecting where the platform's `fetch` does it. Rejects as `Deno.connect` does. */
export async function tryToConnect(url: string, signal: AbortSignal): Promise<void> {
  const { hostname, port } = endpointOf(url);
  const connection = await Deno.connect({ hostname, port, signal });
  connection.close();
}
