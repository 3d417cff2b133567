import type { UnaryCall } from "../../../src/probe/grpc/call.ts";
import { targetOf } from "../target.ts";
import type { Upstream } from "../../../src/core/registry.ts";

/** An upstream of native gRPC. */
export function upstreamOf(url: string, more: Partial<Upstream> = {}): Upstream {
  return targetOf({ url, protocol: "grpc", ...more }).upstream;
}

/** A Check of the server as a whole that nothing aborts. */
export function check(call: Partial<UnaryCall> = {}): UnaryCall {
  return {
    path: "/grpc.health.v1.Health/Check",
    headers: {},
    message: new Uint8Array(),
    timeoutMs: 1_500,
    signal: new AbortController().signal,
    isFresh: false,
    ...call,
  };
}
