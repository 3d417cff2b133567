import type { Platform } from "../core/knobs.ts";
import type { Clock } from "../ports.ts";
import type { Network } from "../probe/network.ts";
import { createFetchNetwork } from "../probe/network/fetch.ts";
import type { Changes } from "../refresh/changes.ts";
import type { Follower } from "../refresh/follow.ts";
import type { Upgrade } from "../surface/upgrade.ts";
import type { RollcallLog } from "./rollcall-log.ts";

/** What the platform around an embedded Rollcall lends; `embed/deno.ts` and `embed/workers.ts` each give one. */
export interface EmbedPlatform {
  /** Whose limits hold, and what can be said of an upstream. */
  readonly rules: Platform;
  /** Nothing reaches upstreams but `fetch`. */
  readonly isFetchAlone: boolean;
  openNetwork(options: NetworkOptions): LentNetwork;
  /** Keeps Watch streams of upstreams; default: nobody does. */
  createFollower?(options: FollowerOptions): Follower;
  /** How those who wait learn that something turned; default: they are told. */
  createChanges?(clock: Clock): Changes;
  /** Where this isolate is, as far as a request tells. */
  placeOf?(request: Request): string | undefined;
  /** How a WebSocket is opened; default: none is. */
  readonly upgrade?: Upgrade;
}

/** What a network depends on. */
export interface NetworkOptions {
  /** Where `via` finds its bindings. */
  readonly env: Readonly<Record<string, unknown>>;
  readonly isPrivateAllowed: boolean;
  readonly log: (entry: RollcallLog) => void;
}

/** A network, and how to give it back; no probe may then be under way. */
export interface LentNetwork extends Network {
  close?(): void;
}

export interface FollowerOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly log: (entry: RollcallLog) => void;
}

/** Any platform that has `fetch`: Node, or Deno where no more is needed. */
export const FETCH_PLATFORM: EmbedPlatform = {
  rules: "deno",
  isFetchAlone: true,
  openNetwork: createFetchNetwork,
};
