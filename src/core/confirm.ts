/**
 * Pauses before the three probes that confirm a failure, in milliseconds, each counted from the failure before it.
 * Jittered, so that a fleet behind one balancer is not asked in step; together short enough for a refusal to be confirmed
 * inside the answer.
 */
export const CONFIRM_PAUSES_MS = [200, 500, 1_000] as const;
