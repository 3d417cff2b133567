import type { Network } from "../network.ts";

/**
 * The network of a platform of which nothing but `fetch` is known. Whoever lends it keeps upstreams away that need more: of
 * those `dial` and `firstMessage` would tell as if they were down.
 */
export function createFetchNetwork(): Network {
  const refuse = () => Promise.reject(new Error("nothing but fetch is there"));
  return {
    convertsGrpcWeb: false,
    keepsConnections: true,
    idleMaxMs: 0,
    fetchFor: () => fetch,
    dial: refuse,
    firstMessage: refuse,
  };
}
