import type { Knobs } from "../core/knobs.ts";
import type { JinaKind, JsonScalar, Upstream } from "../core/registry.ts";
import type { Authority, SnapshotStore } from "../ports.ts";
import type { EmbedPlatform } from "./platform.ts";
import type { RollcallLog } from "./rollcall-log.ts";

/** What a Rollcall inside another server is made of. Times and limits have the defaults of `core/knobs.ts`. */
export interface RollcallOptions extends Partial<Knobs> {
  /** As UPSTREAMS of a deployment; none is a fleet that is UNKNOWN until one is written. */
  readonly upstreams: readonly UpstreamOptions[];
  /** As GROUPS of a deployment; `""` is what the whole fleet means. */
  readonly groups?: Readonly<Record<string, GroupOptions>>;
  /** The path under which it is mounted, such as `/fleet`; requests may come with it or without. Default: links are relative. */
  readonly basePath?: string;
  /** Bearer tokens of at least 16 characters: to see detail, to tell statuses, to change the fleet. Default: nobody can. */
  readonly readToken?: string;
  readonly pushToken?: string;
  readonly adminToken?: string;
  /** A page that is asked where nearly all upstreams fail. */
  readonly canaryUrl?: string;
  /** What the place is called that observes; default: the Cloudflare location, else `embedded`. */
  readonly place?: string;
  /** Addresses that are not public may be asked; default false. */
  readonly allowPrivateUpstreams?: boolean;
  /** Refresh every so many milliseconds, asked or not, until closed; default: never. Not on Workers. */
  readonly refreshEveryMs?: number;
  /** Where `secret:UPSTREAM_X` finds its secrets, and `via` its bindings: a Worker's env, a process' environment. Default: nowhere. */
  readonly env?: Readonly<Record<string, unknown>>;
  /** Default: what `fetch` alone can do. */
  readonly platform?: EmbedPlatform;
  /** Keeps the snapshot; default: memory. */
  readonly store?: SnapshotStore;
  /** Keeps what is written at run time; default: nothing can be written. */
  readonly authority?: Authority;
  /** Gets one entry per refresh, change and fault; default: nobody. */
  readonly log?: (entry: RollcallLog) => void;
}

/** One upstream, in the words of the registry: `docs/upstreams.md`. */
export interface UpstreamOptions {
  readonly name: string;
  /** Missing for one that tells its status: `push`, `satellite`. */
  readonly url?: string;
  readonly protocol?: Upstream["protocol"];
  readonly kind?: JinaKind;
  readonly codec?: Upstream["codec"];
  readonly services?: "*" | readonly string[];
  readonly method?: "GET" | "HEAD";
  readonly expectStatus?: number | string | readonly (number | string)[];
  readonly expectJson?: { readonly pointer: string; readonly equals: JsonScalar };
  readonly timeoutMs?: number;
  readonly ttlMs?: number;
  readonly critical?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly via?: string;
  readonly authority?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly watch?: boolean;
}

/** One group, in the words of the registry: `docs/groups.md`. */
export type GroupOptions = readonly MemberOptions[] | {
  readonly members: readonly MemberOptions[];
  readonly policy?: "all" | "any" | { readonly quorum: number };
};

export type MemberOptions = string | { readonly name: string; readonly critical?: boolean };
