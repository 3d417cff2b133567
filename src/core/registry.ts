import type { Policy } from "./policy.ts";

/** Ways of asking an upstream. */
export const PROTOCOLS = ["grpc-web", "connect"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** A registered server whose health we ask for, parsed and complete: no default is left to resolve. */
export interface Upstream {
  /** Unique, without `/`. */
  readonly name: string;
  /** `http(s)://host[:port][/path]`, no trailing slash, no userinfo; never shown to strangers. */
  readonly url: string;
  readonly protocol: Protocol;
  /** Message encoding of a Connect probe; gRPC-web is always binary. */
  readonly codec: "proto" | "json";
  /** At least one; `""` is the server as a whole. */
  readonly services: readonly string[];
  readonly timeoutMs: number;
  readonly ttlMs: number;
  /** False: shown, and marks the report degraded, but never changes the fleet's status. */
  readonly critical: boolean;
  /** Sent with every probe, names in lower case; `secret:` references are already resolved. Values are never logged or shown. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One (upstream, service) pair; the thing a probe asks about. */
export interface Target {
  readonly key: string;
  readonly upstream: Upstream;
  readonly service: string;
}

/** A member of a group: an upstream, `upstream/service`, or a service name. */
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

/** The fleet, validated: names are unique across kinds and every member resolves. */
export interface Registry {
  readonly upstreams: readonly Upstream[];
  readonly groups: readonly Group[];
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
