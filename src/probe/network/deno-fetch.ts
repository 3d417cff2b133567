import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import type { Network } from "../network.ts";
import { type AddressGuard, firstReachable } from "./deno-guard.ts";

/** The ways of `fetch` to upstreams, each with its own certificates. */
export interface DenoFetches extends Pick<Network, "fetchFor"> {
  /** Give back what was kept. */
  close(): void;
}

/**
 * Create them. An upstream with certificates, or whose host we have to name, has a client of its own; any other from the
 * first request on that wants a fresh connection: over HTTP/2 Deno would send it by the one it has, though that be dead, for
 * as long as the kernel holds on to it, a quarter of an hour.
 *
 * Of a guarded upstream the very address is asked that was judged. Over TLS `fetch` can only be given the name, and resolves
 * it once more; but no server gets a request there that has no certificate for the name.
 */
export function createDenoFetches(guard?: AddressGuard): DenoFetches {
  const clients = new Map<Upstream, Deno.HttpClient>();

  /** What is under way on the connections of the one before goes on. */
  function renew(upstream: Upstream, host: string | undefined): void {
    clients.get(upstream)?.close();
    clients.set(upstream, Deno.createHttpClient(optionsOf(upstream, host)));
  }

  function clientOf(upstream: Upstream, host: string | undefined, isFresh: boolean): Deno.HttpClient | undefined {
    const isOwn = upstream.tls !== undefined || host !== undefined;
    if (isFresh || (isOwn && !clients.has(upstream))) renew(upstream, host);
    return clients.get(upstream);
  }

  return {
    fetchFor(upstream, { isFresh } = { isFresh: false }) {
      return async (input: RequestInfo | URL, init?: RequestInit) => {
        const addresses = await guard?.addressesOf(upstream, init?.signal ?? NEVER);
        const pinned = addresses && !endpointOf(upstream.url).isTls ? pin(input, addresses) : undefined;
        const host = upstream.authority ?? pinned?.host;
        const client = clientOf(upstream, host, isFresh);
        const headers = new Headers(init?.headers);
        if (host !== undefined) headers.set("host", host);
        const send = (input: RequestInfo | URL) => fetch(input, { ...init, headers, ...(client && { client }) });
        return await (pinned === undefined ? send(input) : firstReachable(pinned.urls, send, isUnconnected));
      };
    },
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}

const NEVER = new AbortController().signal;

interface Pinned {
  /** The name that was there, to be sent as the host. */
  readonly host: string;
  readonly urls: readonly string[];
}

/** The same URL with addresses instead of the name. */
function pin(input: RequestInfo | URL, addresses: readonly string[]): Pinned {
  const url = new URL(input instanceof Request ? input.url : input);
  const urls = addresses.map((address) => {
    const there = new URL(url);
    there.hostname = address.includes(":") ? `[${address}]` : address;
    return there.href;
  });
  return { host: url.host, urls };
}

/** hyper's word for what happens before a request is sent. */
function isUnconnected(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error &&
    error.cause.message.includes("client error (Connect)");
}

function optionsOf(
  { tls = {} }: Upstream,
  host: string | undefined,
): Deno.CreateHttpClientOptions & Partial<Deno.TlsCertifiedKeyPem> {
  const { ca, cert, key } = tls;
  return {
    ...(ca !== undefined && { caCerts: [ca] }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
    // Over HTTP/2, Deno 2.9.6 sends the URL's `:authority` and another `host`, which RFC 9113 §8.3.1 forbids.
    ...(host !== undefined && { allowHost: true, http2: false }),
  };
}
