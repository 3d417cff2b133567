import type { Knobs } from "../../src/core/knobs.ts";
import type { Registry, Target, Upstream } from "../../src/core/registry.ts";
import { upstream } from "../../test/support/fleet.ts";

/** A registry of `size` upstreams named by their index, with defaults in everything. */
export function fleetOf(size: number, knobs: Knobs): Registry {
  return { upstreams: Array.from({ length: size }, (_, index) => upstreamOf(index, knobs)), groups: [] };
}

/** An upstream of such a fleet as a target; past its last one, the canary that is asked when nearly all fail. */
export function targetOf(index: number, knobs: Knobs, url = urlOf(index)): Target {
  return { key: `${index}/`, service: "", upstream: upstreamOf(index, knobs, url) };
}

function upstreamOf(index: number, { probeTimeoutMs, ttlMs }: Knobs, url = urlOf(index)): Upstream {
  return upstream(`${index}`, { url, timeoutMs: probeTimeoutMs, ttlMs });
}

/** Each on a host of its own: they are unrelated. */
function urlOf(index: number): string {
  return `https://u${index}.example`;
}
