import { startGrpcJsUpstream } from "../support/grpc-js-upstream.ts";
import { startUpstream } from "../support/upstream.ts";

/** How often `payments` turns, in milliseconds. */
const FLIP_EVERY_MS = 10_000;

/** How long `search` takes for each answer, in milliseconds. */
const SEARCH_DELAY_MS = 300;

/** Four real servers, and what makes a Worker watch them. */
export interface Fleet {
  readonly upstreams: readonly { readonly name: string; readonly url: string; readonly what: string }[];
  /** UPSTREAMS and GROUPS, as `wrangler.toml` would have them. */
  readonly vars: { readonly UPSTREAMS: readonly UpstreamTable[]; readonly GROUPS: Readonly<Record<string, unknown>> };
  /** Kills the servers and their connections. */
  readonly close: () => Promise<void>;
}

interface UpstreamTable {
  readonly name: string;
  readonly url: string;
  readonly protocol?: "grpc-web" | "connect";
  readonly services?: string[];
}

/**
 * Start `checkout`, which is steady, `payments`, which turns, `search`, which is slow, and `stock`, which is grpc-node's
 * own health package and speaks nothing but native gRPC, each on a free port.
 */
export async function startFleet(): Promise<Fleet> {
  const checkout = await startUpstream({ services: { "": "SERVING", "acme.CheckoutService": "SERVING" } });
  const payments = await startUpstream();
  const search = await startUpstream({
    services: { "": "SERVING", "acme.SearchService": "SERVING" },
    delayMs: SEARCH_DELAY_MS,
  });
  const stock = await startGrpcJsUpstream({ services: { "": "SERVING", "acme.StockService": "SERVING" } });
  let isServing = true;
  const flipping = setInterval(() => {
    isServing = !isServing;
    payments.setStatus("", isServing ? "SERVING" : "NOT_SERVING");
  }, FLIP_EVERY_MS);
  return {
    upstreams: [
      { name: "checkout", url: checkout.url, what: "gRPC-web, always SERVING" },
      {
        name: "payments",
        url: payments.url,
        what: `gRPC-web, SERVING and NOT_SERVING by turns of ${FLIP_EVERY_MS / 1000} s`,
      },
      { name: "search", url: search.url, what: `Connect, SERVING after ${SEARCH_DELAY_MS} ms` },
      { name: "stock", url: stock.url, what: "native gRPC over HTTP/2, always SERVING" },
    ],
    vars: {
      UPSTREAMS: [
        { name: "checkout", url: checkout.url, services: ["", "acme.CheckoutService"] },
        { name: "payments", url: payments.url },
        { name: "search", url: search.url, protocol: "connect", services: ["", "acme.SearchService"] },
        { name: "stock", url: stock.url, services: ["", "acme.StockService"] },
      ],
      GROUPS: {
        "acme.Shop": ["checkout", "payments"],
        "acme.Browsing": { members: ["search", { name: "checkout", critical: false }] },
      },
    },
    close: async () => {
      clearInterval(flipping);
      await Promise.all([checkout, payments, search, stock].map((upstream) => upstream.close()));
    },
  };
}
