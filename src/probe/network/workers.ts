import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { ByteStream, Network } from "../network.ts";
import { fetchFirstMessage } from "./workers-websocket.ts";

/** `connect` of `cloudflare:sockets`: https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/ */
export type Connect = (
  address: { readonly hostname: string; readonly port: number },
  options: { readonly secureTransport: "off" | "on"; readonly allowHalfOpen: boolean },
) => WorkersSocket;

/** What `connect` gives, as far as it is used. */
export interface WorkersSocket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Settles when the connection is up, or could not be. */
  readonly opened: Promise<unknown>;
  readonly closed: Promise<unknown>;
  close(): Promise<void>;
}

/** A binding that probes may go through: a service, a VPC service or network, an mTLS certificate. */
export interface Binding {
  readonly fetch: typeof fetch;
  /** Only a VPC network's, and a service whose Worker has a `connect` handler, carry raw TCP. */
  readonly connect?: Connect;
}

/** What a Worker's network is made of. */
export interface WorkersNetworkOptions {
  readonly connect: Connect;
  /** The Worker's bindings by name; `config` has checked those that upstreams name. */
  readonly bindings: Readonly<Record<string, unknown>>;
}

/**
 * Long enough for an upstream's services to share a connection, and no longer: whether an open socket counts toward the six
 * connections of an invocation has been told both ways (https://developers.cloudflare.com/workers/platform/limits/).
 */
const IDLE_MAX_MS = 100;

/**
 * The network of a Worker. Its sockets belong to the request that opened them, and over TLS offer no ALPN, so that native
 * gRPC over TLS has to leave as gRPC-web.
 */
export function createWorkersNetwork({ connect, bindings }: WorkersNetworkOptions): Network {
  const bindingOf = ({ via }: Upstream) => via === undefined ? undefined : asBinding(bindings[via]);
  const fetchFor = (upstream: Upstream): typeof fetch => {
    if (upstream.via === undefined) return fetch;
    const binding = bindingOf(upstream);
    // Never the public internet instead of a binding that is not there.
    if (binding === undefined) throw new Error("the binding is not there");
    return (input, init) => binding.fetch(input, init);
  };
  return {
    convertsGrpcWeb: true,
    keepsConnections: false,
    idleMaxMs: IDLE_MAX_MS,
    fetchFor,
    async dial(upstream, signal) {
      const binding = bindingOf(upstream);
      const open = upstream.via === undefined ? connect : binding?.connect?.bind(binding);
      if (open === undefined) throw new Error("the binding has no connect()");
      const { hostname, port } = endpointOf(upstream.url);
      signal.throwIfAborted();
      return await opened(open({ hostname, port }, { secureTransport: "off", allowHalfOpen: false }), signal);
    },
    firstMessage: async (upstream, request) => await fetchFirstMessage(request, fetchFor(upstream)),
  };
}

function asBinding(value: unknown): Binding | undefined {
  return isBinding(value) ? value : undefined;
}

/** The value is a binding that probes may go through. */
export function isBinding(value: unknown): value is Binding {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}

async function opened(socket: WorkersSocket, signal: AbortSignal): Promise<ByteStream> {
  const close = () => void socket.close().catch(() => {});
  socket.closed.catch(() => {});
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([socket.opened, aborted]);
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
  return { readable: socket.readable, writable: socket.writable, close };
}
