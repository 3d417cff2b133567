/** What a Worker lends to a Rollcall inside it: native gRPC, WebSockets, bindings, KV, the Durable Object. */
import { connect } from "cloudflare:sockets";
import { createWorkersNetwork } from "../probe/network/workers.ts";
import { createPolledChanges } from "../refresh/polled-changes.ts";
import { upgradeOnWorkers } from "../upgrade/workers.ts";
import type { EmbedPlatform } from "./platform.ts";

export { RollcallAuthority } from "../store/authority-object.ts";
export { createObjectAuthority as objectAuthority } from "../store/authority-object-client.ts";
export { createWorkersKvStore as workersKvStore } from "../store/workers-kv.ts";

/** The whole of Workers, with its limits. */
export function workersPlatform(): EmbedPlatform {
  return {
    rules: "workers",
    isFetchAlone: false,
    openNetwork: ({ env }) => createWorkersNetwork({ connect, bindings: env }),
    createChanges: createPolledChanges,
    placeOf: (request: Request & { readonly cf?: { readonly colo?: string } }) => request.cf?.colo,
    upgrade: upgradeOnWorkers,
  };
}
