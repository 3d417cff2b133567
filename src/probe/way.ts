import type { Target } from "../core/registry.ts";
import type { GrpcClient } from "./grpc/client.ts";
import type { HealthMethod } from "./health-method.ts";
import type { Network } from "./network.ts";
import type { Verdict } from "./verdict.ts";

/**
 * One way of asking: one protocol, one request. May reject with whatever the platform throws, which `thrown.ts` reads;
 * leaves nothing open but what `grpc` shares.
 *
 * @param method What is asked, where the protocol has a choice.
 */
export type Way = (asking: Asking, method: HealthMethod) => Promise<Verdict>;

/** What a way asks with. */
export interface Asking {
  readonly target: Target;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The probe before failed, or is silent: use no connection that was opened before, for that may be what is broken. */
  readonly isFresh: boolean;
  /** How many Rollcalls already asked each other for this probe to happen. */
  readonly hops: number;
  readonly network: Network;
  readonly grpc: GrpcClient;
}
