import type { TargetState } from "./snapshot.ts";

/**
 * Pauses before the probes that confirm a failure, in milliseconds, each counted from the failure before it. Jittered, so
 * that a fleet behind one balancer is not asked in step; the first three together short enough for a refusal to be
 * confirmed inside the answer. There is one more of them than it takes: a confirm that gets lost must not cost the answer.
 */
export const CONFIRM_PAUSES_MS = [200, 400, 800, 800] as const;

/** So many failures in one refresh, and no answer among them, are believed. */
export const FAILURES_TO_BELIEVE = 4;

/** Whether a failure would make something of a target worse than it is known to be: only then it has to be confirmed. */
export function canFall({ status, listed, isDownByFailure }: TargetState): boolean {
  if (status !== "NOT_SERVING") return true;
  return !isDownByFailure && Object.values(listed ?? {}).some((name) => name.status !== "NOT_SERVING");
}
