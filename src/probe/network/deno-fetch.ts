import type { Upstream } from "../../core/registry.ts";
import type { Network } from "../network.ts";

/** The ways of `fetch` to upstreams, each with its own certificates. */
export interface DenoFetches extends Pick<Network, "fetchFor"> {
  /** Give back what was kept. */
  close(): void;
}

/**
 * Create them. An upstream with certificates or an authority has a client of its own; any other from the first request on
 * that wants a fresh connection: over HTTP/2 Deno would send it by the one it has, though that be dead, for as long as the
 * kernel holds on to it, a quarter of an hour.
 */
export function createDenoFetches(): DenoFetches {
  const clients = new Map<Upstream, Deno.HttpClient>();

  /** What is under way on the connections of the one before goes on. */
  function renew(upstream: Upstream): void {
    clients.get(upstream)?.close();
    clients.set(upstream, Deno.createHttpClient(optionsOf(upstream)));
  }

  return {
    fetchFor(upstream, { isFresh } = { isFresh: false }) {
      const { tls, authority } = upstream;
      return async (input: RequestInfo | URL, init?: RequestInit) => {
        const isOwn = tls !== undefined || authority !== undefined;
        if (isFresh || (isOwn && !clients.has(upstream))) renew(upstream);
        const client = clients.get(upstream);
        const headers = new Headers(init?.headers);
        if (authority !== undefined) headers.set("host", authority);
        return await fetch(input, { ...init, headers, ...(client && { client }) });
      };
    },
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}

function optionsOf({ tls = {}, authority }: Upstream): Deno.CreateHttpClientOptions & Partial<Deno.TlsCertifiedKeyPem> {
  const { ca, cert, key } = tls;
  return {
    ...(ca !== undefined && { caCerts: [ca] }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
    // Over HTTP/2, Deno 2.9.6 sends the URL's `:authority` and another `host`, which RFC 9113 §8.3.1 forbids.
    ...(authority !== undefined && { allowHost: true, http2: false }),
  };
}
