import type { Config } from "../../config.ts";
import { probesPerMinute } from "../../core/cost.ts";
import { confirmReserve } from "../../core/due.ts";
import type { Platform } from "../../core/knobs.ts";
import { isDiscovered, isTold, PROTOCOLS, type Upstream } from "../../core/registry.ts";

/** What keeping an eye on a fleet costs, by the rules of the loop; nothing of it is measured. */
export interface Cost {
  readonly platform: Platform;
  /** Probes of one refresh in which every target is due, as far as its budget goes. */
  readonly probes: number;
  /** Further requests of it at most, while `auto` upstreams find out what they speak and others that they have no `Health/List`. */
  readonly negotiation: number;
  readonly targets: number;
  /** Refreshes after which every target was probed once. */
  readonly refreshesPerRound: number;
  readonly upstreams: readonly UpstreamCost[];
  /** Undefined where nothing is kept in KV. */
  readonly kv: KvCost | undefined;
  /** Of one refresh on Workers, in milliseconds; undefined on Deno, which sets no limit. */
  readonly cpuMs: number | undefined;
}

/** Probes a minute of one upstream, from one place. */
export interface UpstreamCost {
  readonly name: string;
  /** While somebody asks. */
  readonly withReaders: number;
  /** While nobody does. */
  readonly withoutReaders: number;
}

/** KV operations of a day. */
export interface KvCost {
  /** Of the refreshes that nobody asked for; readers add one for each isolate whose memory is older than STALE_MS. */
  readonly reads: number;
  /** Of a fleet that does not change. */
  readonly writes: number;
  /** Of one that turns all day. */
  readonly writesMax: number;
}

/** How a fleet is kept. */
export interface Keeping {
  readonly platform: Platform;
  /** How often it is refreshed while nobody asks, in milliseconds; Infinity for never. */
  readonly scheduleMs: number;
  readonly hasKv: boolean;
}

/** Work it out. */
export function costOf({ registry, knobs }: Config, { platform, scheduleMs, hasKv }: Keeping): Cost {
  // Who tells its status is never asked.
  const upstreams = registry.upstreams.filter((upstream) => !isTold(upstream));
  const targets = upstreams.reduce((sum, { services }) => sum + services.length, 0);
  const { probesPerInvocation, staleMs } = knobs;
  const probes = Math.min(targets, probesPerInvocation);
  const extra = upstreams.reduce((sum, upstream) => sum + extraRequests(upstream), 0);
  const scheduledADay = scheduleMs === Infinity ? 0 : DAY_MS / scheduleMs;
  const writes = Math.min(knobs.kvWritesPerDay, Math.floor(DAY_MS / knobs.kvWriteEveryMs));
  const reads = scheduleMs >= staleMs ? scheduledADay : 0;
  return {
    platform,
    targets,
    probes,
    negotiation: Math.min(extra, Math.max(0, probesPerInvocation - confirmReserve(probesPerInvocation) - probes)),
    refreshesPerRound: Math.ceil(targets / Math.max(1, probes)),
    upstreams: upstreams.map((upstream) => upstreamCost(upstream, scheduleMs)),
    kv: hasKv ? { reads: Math.round(reads + writes), writes, writesMax: knobs.kvWritesPerDay } : undefined,
    cpuMs: platform === "workers" ? cpuOf(upstreams) * probes / Math.max(1, targets) : undefined,
  };
}

const DAY_MS = 86_400_000;

function upstreamCost(upstream: Upstream, scheduleMs: number): UpstreamCost {
  const { name, ttlMs } = upstream;
  // A refresh that finds a state fresh leaves it to the next.
  const everyMs = scheduleMs === Infinity ? Infinity : Math.ceil(ttlMs / scheduleMs) * scheduleMs;
  return { name, withReaders: probesPerMinute(upstream, ttlMs), withoutReaders: probesPerMinute(upstream, everyMs) };
}

function extraRequests(upstream: Upstream): number {
  const negotiation = upstream.protocol === "auto" ? upstream.services.length * (PROTOCOLS.length - 1) : 0;
  return negotiation + (isDiscovered(upstream) ? 1 : 0);
}

/** Of one probe on workerd, in milliseconds: `docs/performance.md`, "A native gRPC probe". */
const CPU_MS = { socket: 0.63, fetched: 0.28 } as const;

/** Of one probe of each target. */
function cpuOf(upstreams: readonly Upstream[]): number {
  return upstreams.reduce((sum, upstream) => {
    return sum + upstream.services.length * (isBySocket(upstream) ? CPU_MS.socket : CPU_MS.fetched);
  }, 0);
}

/** Native gRPC without TLS; over TLS it leaves as gRPC-web, by fetch. */
function isBySocket({ protocol, url }: Upstream): boolean {
  return protocol === "grpc" && /^(?:grpc|http):/.test(url);
}
