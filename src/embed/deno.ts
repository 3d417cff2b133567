/** What Deno lends to a Rollcall inside another server: native gRPC, WebSockets, Watch streams, certificates, Deno KV. */
import { systemClock } from "../clock.ts";
import type { Authority, SnapshotStore } from "../ports.ts";
import { createAddressGuard } from "../probe/network/deno-guard.ts";
import { createDenoNetwork } from "../probe/network/deno.ts";
import { createWatcher } from "../probe/watch.ts";
import { createFollower } from "../refresh/follow.ts";
import { createDenoKvAuthority } from "../store/authority-deno-kv.ts";
import { createDenoKvStore } from "../store/deno-kv.ts";
import { upgradeOnDeno } from "../upgrade/deno.ts";
import type { EmbedPlatform } from "./platform.ts";

/** The whole of Deno. A name that leads to an address that is not public is not asked, unless `allowPrivateUpstreams`. */
export function denoPlatform(): EmbedPlatform {
  return {
    rules: "deno",
    isFetchAlone: false,
    openNetwork({ isPrivateAllowed, log }) {
      const onRefused = (upstream: string) => log({ event: "upstream-refused", upstream, problem: REFUSED });
      return createDenoNetwork(isPrivateAllowed ? {} : { guard: createAddressGuard({ onRefused }) });
    },
    createFollower: ({ network, clock, log }) =>
      createFollower({ watcher: createWatcher({ clock, network }), clock, log }),
    upgrade: upgradeOnDeno,
  };
}

/** A store in a Deno KV that stays yours, to close after the Rollcall. */
export function denoKvStore(kv: Deno.Kv): SnapshotStore {
  return createDenoKvStore(kv, systemClock);
}

/** An authority in a Deno KV that stays yours, to close after the Rollcall. */
export function denoKvAuthority(kv: Deno.Kv): Authority {
  return createDenoKvAuthority(kv, systemClock);
}

const REFUSED = "its name leads to an address that is not public: it is not asked, and UNKNOWN; " +
  "pass allowPrivateUpstreams: true where this server is inside that network";
