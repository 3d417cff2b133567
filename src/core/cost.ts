import { requestsOf } from "./due.ts";
import type { Knobs } from "./knobs.ts";
import { isTold, type Registry, targetsOf, type Upstream } from "./registry.ts";

/** What keeping an eye on a fleet costs at most, from one place, while somebody asks all the time. */
export interface ProbeCost {
  /** Of one refresh in which every target is due, as far as its budget goes; confirms and negotiation come on top. */
  readonly probesPerRefresh: number;
  readonly probesPerMinute: number;
}

/** Work it out, by the rules of the loop; nothing of it is measured. */
export function probeCost(registry: Registry, { probesPerInvocation }: Pick<Knobs, "probesPerInvocation">): ProbeCost {
  return {
    probesPerRefresh: Math.min(requestsOf(targetsOf(registry)), probesPerInvocation),
    probesPerMinute: registry.upstreams.reduce((sum, upstream) => sum + probesPerMinute(upstream, upstream.ttlMs), 0),
  };
}

/** Probes a minute of one upstream, none if it tells its status, that is refreshed every `everyMs` milliseconds. */
export function probesPerMinute(
  { services, protocol }: Pick<Upstream, "services" | "protocol">,
  everyMs: number,
): number {
  if (isTold({ protocol })) return 0;
  return services.length * MINUTE_MS / everyMs;
}

const MINUTE_MS = 60_000;
