import type { Policy } from "./policy.ts";

/** Ways of asking an upstream, in the order in which `auto` tries them. */
export const PROTOCOLS = ["grpc-web", "connect", "grpc", "jina", "http"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/**
 * Ways in which an upstream tells its status instead of being asked: `push` tells one of each of its services, `satellite`
 * is another Rollcall that tells all it sees.
 */
export const TOLD_PROTOCOLS = ["push", "satellite"] as const;
export type ToldProtocol = (typeof TOLD_PROTOCOLS)[number];

/** The service that stands for whatever names the upstream's own `Health/List` tells; alone in `services`. */
export const DISCOVERED = "*";

/** What a Jina upstream is: `flow` asks the gateway for a dry run, `executor` asks one server for its own health. */
export type JinaKind = "flow" | "executor";

/** How an `http` upstream is asked, and what of its answer means SERVING. */
export interface HttpCheck {
  readonly method: "GET" | "HEAD";
  /** HTTP statuses that serve, both ends included; at least one range. */
  readonly statuses: readonly StatusRange[];
  /** The body must be JSON in which the value at `pointer` (RFC 6901) equals `equals`. */
  readonly json?: { readonly pointer: string; readonly equals: JsonScalar };
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export type JsonScalar = string | number | boolean | null;

/** TLS of one upstream, each part in PEM form; never logged or shown. */
export interface UpstreamTls {
  /** Root certificates trusted beside the platform's. */
  readonly ca?: string;
  /** Client certificate and its key: both or neither. */
  readonly cert?: string;
  readonly key?: string;
  /** The name asked for (SNI) and looked for in the certificate, instead of the URL's host. */
  readonly serverName?: string;
}

/** A registered server whose health we ask for, parsed and complete: no default is left to resolve. */
export interface Upstream {
  /** Unique, without `/`. */
  readonly name: string;
  /** `scheme://host[:port][/path]`, no userinfo, and no trailing slash but where `http` asks a path that has one; never shown to strangers. `""` for one that tells its status. */
  readonly url: string;
  /** `auto` finds out which protocol answers, and keeps to it. */
  readonly protocol: Protocol | "auto" | ToldProtocol;
  /** Message encoding of a Connect probe; gRPC-web is always binary. */
  readonly codec: "proto" | "json";
  /** At least one; `""` is the server as a whole, {@link DISCOVERED} alone is what it lists. */
  readonly services: readonly string[];
  readonly timeoutMs: number;
  readonly ttlMs: number;
  /** Set for those that tell their status: how long it holds once it is told, unless it says so itself. */
  readonly lifeMs?: number;
  /** False: shown, and marks the report degraded, but never changes the fleet's status. */
  readonly critical: boolean;
  /** Sent with every probe, names in lower case; `secret:` references are already resolved. Values are never logged or shown. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set for protocol `http`. */
  readonly http?: HttpCheck;
  /** Set for protocol `jina`. */
  readonly kind?: JinaKind;
  /** Name of the Worker binding its probes go through, instead of the public internet. */
  readonly via?: string;
  /** Sent as the host instead of the URL's. */
  readonly authority?: string;
  readonly tls?: UpstreamTls;
  /** Its Watch streams are kept open beside the checks, so that a change is known at once. */
  readonly isWatched?: boolean;
}

/** One (upstream, service) pair; the thing a probe asks about. */
export interface Target {
  readonly key: string;
  readonly upstream: Upstream;
  readonly service: string;
}

/** A member of a group: an upstream, `upstream/service`, a service name, or another group, but `""`. */
export interface Member {
  readonly name: string;
  readonly isCritical: boolean;
}

/** A served name over members with a policy. The group `""`, if there is one, is what the whole fleet means. */
export interface Group {
  readonly name: string;
  readonly policy: Policy;
  readonly members: readonly Member[];
}

/** The fleet, validated: names are unique across kinds, every member resolves, and no group is a member of itself by a detour. */
export interface Registry {
  readonly upstreams: readonly Upstream[];
  readonly groups: readonly Group[];
}

/** The upstream tells its status itself, and is never asked. */
export function isTold({ protocol }: Pick<Upstream, "protocol">): boolean {
  return protocol === "push" || protocol === "satellite";
}

/** The upstream's names are discovered, not configured. */
export function isDiscovered({ services }: Pick<Upstream, "services">): boolean {
  return services[0] === DISCOVERED;
}

/** Identity of a target, also a served name: `<upstream>/<service>`. */
export function targetKey(upstreamName: string, service: string): string {
  return `${upstreamName}/${service}`;
}

/** All targets in registry order. */
export function targetsOf(registry: Registry): readonly Target[] {
  return registry.upstreams.flatMap((upstream) =>
    upstream.services.map((service) => ({ key: targetKey(upstream.name, service), upstream, service }))
  );
}
