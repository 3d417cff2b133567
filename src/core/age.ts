import { boundsFor, type Freshness, freshness, type FreshnessBounds } from "./freshness.ts";
import { questionOf } from "./question.ts";
import type { TargetState } from "./snapshot.ts";
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

/**
 * The age class of a target's state as seen from a viewpoint; a target never seen is expired, and so is what held only
 * until now.
 *
 * A suspect's status is older than its last probe, so it is shown no longer than a stale one would be.
 */
export function ageOf(state: TargetState | undefined, upstream: Upstream, view: Viewpoint): Freshness {
  const known = remembered(state, upstream, view);
  if (known === undefined) return "expired";
  const age = freshness(view.nowMs - known.checkedAtMs, boundsOf(known, upstream, view));
  if (age !== "fresh" || known.place === view.place) return age;
  return known.isSuspect ? "overdue" : "stale";
}

/**
 * When the age class of a state changes next, in milliseconds since the Unix epoch; `Infinity` when it never will.
 * Until the earliest of these, a report made of the same snapshot stays true, if the clock does not step back.
 */
export function nextAgeChangeMs(state: TargetState | undefined, upstream: Upstream, view: Viewpoint): number {
  if (state === undefined) return Infinity;
  const { ttlMs, staleMs, expireMs } = boundsOf(state, upstream, view);
  const changes = [...[ttlMs, staleMs, expireMs].map((bound) => state.checkedAtMs + bound), untilMs(state)];
  return Math.min(Infinity, ...changes.filter((changeMs) => changeMs > view.nowMs));
}

/**
 * The state, unless nothing may rest on it any more: it is older than `expireMs`, dated by a broken clock, was told to
 * hold until a time that has come, or tells what another upstream of this name was asked.
 */
export function remembered(
  state: TargetState | undefined,
  upstream: Upstream,
  { nowMs, bounds }: Pick<Viewpoint, "nowMs" | "bounds">,
): TargetState | undefined {
  if (state === undefined || state.checkedAtMs > nowMs + MAX_CLOCK_SKEW_MS || nowMs >= untilMs(state)) return undefined;
  if (state.question !== undefined && state.question !== questionOf(upstream)) return undefined;
  return nowMs - state.checkedAtMs < boundsFor(upstream.ttlMs, bounds).expireMs ? state : undefined;
}

/** Until when its observation holds; `Infinity` where nothing but its age bounds that. */
function untilMs({ observation }: TargetState): number {
  return observation.untilMs ?? Infinity;
}

function boundsOf(state: TargetState, upstream: Upstream, view: Viewpoint): FreshnessBounds {
  const bounds = boundsFor(upstream.ttlMs, view.bounds);
  if (!state.isSuspect) return bounds;
  const retryMs = Math.min(SUSPECT_RETRY_MS, bounds.ttlMs);
  return { ttlMs: retryMs, staleMs: retryMs, expireMs: bounds.staleMs };
}
