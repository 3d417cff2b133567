import type { TargetState } from "./snapshot.ts";

/**
 * Pauses before the three probes that confirm a failure, in milliseconds, each counted from the failure before it.
 * Jittered, so that a fleet behind one balancer is not asked in step; together short enough for a refusal to be confirmed
 * inside the answer.
 */
export const CONFIRM_PAUSES_MS = [200, 500, 1_000] as const;

/** Whether a failure would make something of a target worse than it is known to be: only then it has to be confirmed. */
export function canFall({ status, listed, isDownByFailure }: TargetState): boolean {
  if (status !== "NOT_SERVING") return true;
  return !isDownByFailure && Object.values(listed ?? {}).some((name) => name.status !== "NOT_SERVING");
}
