import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { FirstMessage, Network, WebSocketRequest } from "../network.ts";
import { dial } from "./deno-dial.ts";
import { createDenoFetches } from "./deno-fetch.ts";
import type { AddressGuard } from "./deno-guard.ts";
import { connectTls } from "./deno-tls.ts";
import { readFirstMessage } from "./websocket.ts";

/** The network of a Deno process: what it opened is kept from one refresh to the next. */
export interface DenoNetwork extends Network {
  /** Give back what is kept for upstreams with certificates; no probe may be under way. */
  close(): void;
}

/** Three times as long as a refresh without readers waits; a server's own limit is seldom shorter. */
const IDLE_MAX_MS = 60_000;

/**
 * Create it.
 *
 * @param options `guard`: asked before each connection; default none, any address may be asked.
 */
export function createDenoNetwork({ guard }: { readonly guard?: AddressGuard } = {}): DenoNetwork {
  const { fetchFor, close } = createDenoFetches(guard);
  return {
    convertsGrpcWeb: false,
    keepsConnections: true,
    idleMaxMs: IDLE_MAX_MS,
    fetchFor,
    dial: (upstream, signal) => dial(upstream, signal, guard),
    firstMessage: (upstream, request) => firstMessage(upstream, request, guard),
    close,
  };
}

/**
 * Not by `WebSocket`, which reads messages of any length, and once closed waits for as long as the peer likes to hear that it
 * closed too.
 */
async function firstMessage(
  upstream: Upstream,
  { url, headers, signal }: WebSocketRequest,
  guard: AddressGuard | undefined,
): Promise<FirstMessage> {
  const isTls = endpointOf(upstream.url).isTls;
  const stream = await (isTls ? connectTls(upstream, "http/1.1", signal, guard) : dial(upstream, signal, guard));
  const abort = () => stream.close();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await readFirstMessage(stream, { url, headers, authority: upstream.authority });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
    stream.close();
  }
}
