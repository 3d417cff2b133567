import type { Network } from "../network.ts";
import { dial } from "./deno-dial.ts";

/** The network of a Deno process: its connections are kept from one refresh to the next. */
export function createDenoNetwork(): Network {
  return {
    convertsGrpcWeb: false,
    keepsConnections: true,
    fetchFor: () => fetch,
    dial,
    firstMessage: () => Promise.reject(new Error("being written")),
  };
}
