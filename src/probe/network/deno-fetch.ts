import type { Upstream } from "../../core/registry.ts";

/** The ways of `fetch` to upstreams, each with its own certificates. */
export interface DenoFetches {
  /** `fetch` as it reaches this upstream. */
  fetchFor(upstream: Upstream): typeof fetch;
  /** Give back what was kept. */
  close(): void;
}

/** Create them; an upstream with certificates or an authority gets a client of its own, kept from its first request on. */
export function createDenoFetches(): DenoFetches {
  const clients = new Map<Upstream, Deno.HttpClient>();

  function clientOf(upstream: Upstream): Deno.HttpClient {
    const client = clients.get(upstream) ?? Deno.createHttpClient(optionsOf(upstream));
    clients.set(upstream, client);
    return client;
  }

  return {
    fetchFor(upstream) {
      const { tls, authority } = upstream;
      if (tls === undefined && authority === undefined) return fetch;
      return (input: RequestInfo | URL, init?: RequestInit) => {
        const headers = new Headers(init?.headers);
        if (authority !== undefined) headers.set("host", authority);
        return fetch(input, { ...init, headers, client: clientOf(upstream) });
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
