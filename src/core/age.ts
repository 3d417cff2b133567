import { boundsFor, type Freshness, freshness, type FreshnessBounds } from "./freshness.ts";
import { mergeSnapshots } from "./merge.ts";
import type { Snapshot, TargetState } from "./snapshot.ts";
import type { Upstream } from "./registry.ts";

/** Who looks at a snapshot, and when. */
export interface Viewpoint {
  readonly nowMs: number;
  /** Where the reader is; a state observed elsewhere is stale at best, so that each place soon speaks from its own view. */
  readonly place: string;
  readonly bounds: FreshnessBounds;
}

/**
 * How long a suspect is left alone, in milliseconds: about as long as confirming takes. The next reader's probe then
 * decides, so a suspect is never called fresh for a whole ttl, and never merely stale.
 */
export const SUSPECT_RETRY_MS = 1_500;

/** How far in the future, in milliseconds, a stored time may lie before it counts as a broken clock's. */
export const MAX_CLOCK_SKEW_MS = 10_000;

/** The age class of a target's state as seen from a viewpoint; a target never seen is expired. */
export function ageOf(state: TargetState | undefined, upstream: Upstream, view: Viewpoint): Freshness {
  if (state === undefined) return "expired";
  const bounds = boundsFor(upstream.ttlMs, view.bounds);
  const ageMs = view.nowMs - state.checkedAtMs;
  if (state.isSuspect) {
    const retryMs = Math.min(SUSPECT_RETRY_MS, bounds.ttlMs);
    return freshness(ageMs, { ...bounds, ttlMs: retryMs, staleMs: retryMs });
  }
  const class_ = freshness(ageMs, bounds);
  return class_ === "fresh" && state.place !== view.place ? "stale" : class_;
}

/**
 * When the age class of a state changes next, in milliseconds since the Unix epoch; `Infinity` when it never will.
 * Until the earliest of these, a report made of the same snapshot stays true.
 */
export function nextAgeChangeMs(state: TargetState | undefined, upstream: Upstream, view: Viewpoint): number {
  if (state === undefined) return Infinity;
  const { ttlMs, staleMs, expireMs } = boundsFor(upstream.ttlMs, view.bounds);
  const bounds = state.isSuspect ? [Math.min(SUSPECT_RETRY_MS, ttlMs), expireMs] : [ttlMs, staleMs, expireMs];
  const next = bounds.find((bound) => state.checkedAtMs + bound > view.nowMs);
  return next === undefined ? Infinity : state.checkedAtMs + next;
}

/**
 * Take from a stored snapshot what is worth knowing here: all that memory lacks, what this place itself saw later, and
 * another place's later view only where our own no longer speaks (overdue or older). So two places that see an upstream
 * differently do not keep turning each other's view over.
 */
export function adopt(memory: Snapshot, stored: Snapshot, view: Viewpoint): Snapshot {
  const targets = { ...memory.targets };
  for (const [key, theirs] of Object.entries(stored.targets)) {
    if (theirs.checkedAtMs > view.nowMs + MAX_CLOCK_SKEW_MS) continue;
    const ours = targets[key];
    const isOursUsable = ours !== undefined && view.nowMs - ours.checkedAtMs < view.bounds.staleMs;
    if (
      ours === undefined || (theirs.checkedAtMs > ours.checkedAtMs && (theirs.place === view.place || !isOursUsable))
    ) {
      targets[key] = theirs;
    }
  }
  // A read may lag behind our own last write, which must not be forgotten: the write budget counts on it.
  return { ...mergeSnapshots(memory, stored), targets };
}
