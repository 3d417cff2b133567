import type { Upstream } from "../core/registry.ts";
import type { WatchedStatus, WatchEnd, Watcher } from "../ports.ts";
import { withCleanMessage } from "./message.ts";
import type { ProberOptions } from "./prober.ts";
import { CONNECT, GRPC_WEB, watchByFetch } from "./watch/by-fetch.ts";
import { watchByGrpc } from "./watch/by-grpc.ts";
import type { Watching } from "./watch/hear.ts";

/**
 * Create the watcher over a platform's network: `/grpc.health.v1.Health/Watch`, a connection a stream.
 *
 * No stream begins on a connection of a check: what hangs in one must not be taken for the other's silence.
 */
export function createWatcher(options: ProberOptions): Watcher {
  return {
    async watch(target, { signal, onStatus }) {
      const { protocol, headers } = target.upstream;
      const onCleanStatus = (said: WatchedStatus) => onStatus(withCleanMessage(said, headers));
      try {
        return await WAYS[protocol]({ ...options, target, signal, onStatus: onCleanStatus });
      } catch {
        // The platform's own words say no more than the check that follows.
        return "ended";
      }
    },
  };
}

/** `config/watch.ts` lets those only be watched that can be. */
const WAYS: Readonly<Record<Upstream["protocol"], (watching: Watching) => WatchEnd | Promise<WatchEnd>>> = {
  "grpc-web": (watching) => watchByFetch(watching, GRPC_WEB),
  connect: (watching) => watchByFetch(watching, CONNECT[watching.target.upstream.codec]),
  grpc: watchByGrpc,
  http: () => "unimplemented",
  jina: () => "unimplemented",
  auto: () => "unimplemented",
  push: () => "unimplemented",
  satellite: () => "unimplemented",
};
