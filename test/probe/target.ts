import type { Target, Upstream } from "../../src/core/registry.ts";

/** A target for tests; whatever is not given does not matter to them. */
export function targetOf(upstream: Partial<Upstream>, service = ""): Target {
  return {
    key: `a/${service}`,
    service,
    upstream: {
      name: "a",
      url: "http://127.0.0.1:1",
      protocol: "grpc-web",
      codec: "proto",
      services: [service],
      timeoutMs: 1_500,
      ttlMs: 15_000,
      critical: true,
      headers: {},
      ...upstream,
    },
  };
}

/** Options of a probe that nothing aborts. */
export function patient(): { timeoutMs: number; signal: AbortSignal } {
  return { timeoutMs: 1_500, signal: new AbortController().signal };
}
