import type { ServingStatus } from "./status.ts";

/** How the statuses of a group's critical members make one status. */
export type Policy =
  | { readonly kind: "all" }
  | { readonly kind: "any" }
  | { readonly kind: "quorum"; readonly k: number };

/**
 * Combine the statuses of critical members.
 *
 * The result is SERVING when enough members serve, NOT_SERVING when enough cannot serve any more even if every UNKNOWN
 * one did, and UNKNOWN in between. It does not depend on the order of `statuses`.
 *
 * @param statuses One status per critical member; none under `all` is SERVING, as in grpclib. `any` and `quorum` over
 * none are refused by `config.ts`, and are UNKNOWN here.
 */
export function combine(policy: Policy, statuses: readonly ServingStatus[]): ServingStatus {
  if (policy.kind !== "all" && statuses.length === 0) return "UNKNOWN";
  const needed = membersNeeded(policy, statuses.length);
  const serving = statuses.filter((status) => status === "SERVING").length;
  const unknown = statuses.filter((status) => status === "UNKNOWN").length;
  if (serving >= needed) return "SERVING";
  return serving + unknown < needed ? "NOT_SERVING" : "UNKNOWN";
}

/** How many of `count` critical members must serve for the policy to be SERVING. */
export function membersNeeded(policy: Policy, count: number): number {
  if (policy.kind === "all") return count;
  return policy.kind === "any" ? 1 : policy.k;
}

/** The policy over the `count` critical members that are left while others are left out: a quorum needs no more than there are. */
export function reducedTo(policy: Policy, count: number): Policy {
  return policy.kind === "quorum" ? { kind: "quorum", k: Math.min(policy.k, count) } : policy;
}
