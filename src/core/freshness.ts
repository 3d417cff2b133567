/** The four ages of a target state, youngest first; `docs/design.md` §4 says what a reader gets of each. */
export type Freshness = "fresh" | "stale" | "overdue" | "expired";

/** Upper bounds of the first three ages, in milliseconds, ascending. */
export interface FreshnessBounds {
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly expireMs: number;
}

/**
 * Classify a target state by age.
 *
 * @param ageMs Time since its probe ended, in milliseconds; below zero (clock skew) counts as zero.
 * @returns The class whose bound is the first above the age; an age equal to a bound belongs to the older class.
 */
export function freshness(ageMs: number, bounds: FreshnessBounds): Freshness {
  const age = Math.max(0, ageMs);
  if (age < bounds.ttlMs) return "fresh";
  if (age < bounds.staleMs) return "stale";
  return age < bounds.expireMs ? "overdue" : "expired";
}

/**
 * Bounds for an upstream with its own `ttlMs`: a slower one stays stale, not overdue, for one more ttl, so that it too
 * is refreshed behind its readers.
 */
export function boundsFor(ttlMs: number, fleet: FreshnessBounds): FreshnessBounds {
  const staleMs = Math.max(fleet.staleMs, 2 * ttlMs);
  return { ttlMs, staleMs, expireMs: Math.max(fleet.expireMs, staleMs) };
}

/** A state of this age cannot be served as it is: a probe has to come first. */
export function isSpeechless(age: Freshness): boolean {
  return age === "overdue" || age === "expired";
}
