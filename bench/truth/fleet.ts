import type { Knobs } from "../../src/core/knobs.ts";
import type { Registry, Target, Upstream } from "../../src/core/registry.ts";

/** A registry of `size` upstreams named by their index, with defaults in everything. */
export function fleetOf(size: number, knobs: Knobs): Registry {
  return { upstreams: Array.from({ length: size }, (_, index) => upstreamOf(index, knobs)), groups: [] };
}

/** Who is asked when nearly all fail. */
export function canaryOf(index: number, knobs: Knobs): Target {
  return { key: `${index}/`, service: "", upstream: upstreamOf(index, knobs) };
}

function upstreamOf(index: number, { probeTimeoutMs, ttlMs }: Knobs): Upstream {
  return {
    name: `${index}`,
    url: `https://u${index}.example`,
    protocol: "grpc-web",
    codec: "proto",
    services: [""],
    timeoutMs: probeTimeoutMs,
    ttlMs,
    critical: true,
    headers: {},
  };
}
