import { ageOf, type Viewpoint } from "./age.ts";
import { FAILURES_TO_BELIEVE } from "./confirm.ts";
import { isTold, type Registry, type Target, targetsOf } from "./registry.ts";
import type { Snapshot } from "./snapshot.ts";

/** A target to probe in this refresh, and whether its last probe failed. */
export interface DueTarget {
  readonly target: Target;
  /** It was failing when last seen: it goes last and holds few slots, so that it cannot starve the others. */
  readonly isKnownFailing: boolean;
}

/** Which targets count as due, beyond those whose state is no longer fresh. */
export interface DueOptions {
  /** Probe these too although they are fresh. */
  readonly isForced: (key: string) => boolean;
  /** Leave these out: they are being probed already. */
  readonly isInFlight: (key: string) => boolean;
  /** Requests there are to spend. When not all fit, the oldest win, so that a large fleet is gone round in turn. */
  readonly budget: number;
}

/**
 * The targets to probe now, in order of dispatch: last seen answering first, then never seen, then known failing; in
 * each of these the oldest first.
 */
export function dueTargets(registry: Registry, snapshot: Snapshot, view: Viewpoint, options: DueOptions): DueTarget[] {
  const checkedAtMs = (target: Target) => snapshot.targets[target.key]?.checkedAtMs ?? 0;
  const stale = targetsOf(registry).filter((target) =>
    !options.isInFlight(target.key) &&
    (options.isForced(target.key) || ageOf(snapshot.targets[target.key], target.upstream, view) !== "fresh")
  );
  const told = options.budget > 0 ? stale.filter(({ upstream }) => isTold(upstream)) : [];
  const due = stale.filter(({ upstream }) => !isTold(upstream));
  const suspects = due.filter(({ key }) => snapshot.targets[key]?.isSuspect === true).length;
  const first = firstProbes(options.budget - requestsOf(told), suspects);
  const oldest = due.sort((a, b) => checkedAtMs(a) - checkedAtMs(b)).slice(0, first);
  const rank = (target: Target) => RANK[snapshot.targets[target.key]?.observation.kind ?? "never"];
  return [...told, ...oldest]
    .sort((a, b) => rank(a) - rank(b))
    .map((target) => ({ target, isKnownFailing: rank(target) === RANK.failed }));
}

/** Requests that asking each of these targets once takes: of those that tell their status, one for all of a protocol. */
export function requestsOf(targets: readonly Target[]): number {
  const told = targets.filter(({ upstream }) => isTold(upstream));
  return targets.length - told.length + new Set(told.map(({ upstream }) => upstream.protocol)).size;
}

/**
 * Probes left for first questions when some are kept to confirm suspects by, a fifth of the budget at most. A suspect is
 * believed at its next failure even unconfirmed, and in a fleet that fills its budget two lost packets would be enough.
 */
function firstProbes(budget: number, suspects: number): number {
  const kept = Math.min(suspects * (FAILURES_TO_BELIEVE - 1), confirmReserve(budget));
  return Math.max(0, budget - kept);
}

/** How much of a budget of probes is kept to confirm by: a fifth; none of one without limit. */
export function confirmReserve(budget: number): number {
  return budget === Infinity ? 0 : Math.floor(budget / 5);
}

const RANK = { answered: 0, never: 1, failed: 2 } as const;
