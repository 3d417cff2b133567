import { ageOf, type Viewpoint } from "./age.ts";
import { type Registry, type Target, targetsOf } from "./registry.ts";
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
  /** At most this many; the oldest win, so that a fleet too large for one refresh is gone round in turn. */
  readonly limit: number;
}

/**
 * The targets to probe now, in order of dispatch: last seen answering first, then never seen, then known failing; in
 * each of these the oldest first.
 */
export function dueTargets(registry: Registry, snapshot: Snapshot, view: Viewpoint, options: DueOptions): DueTarget[] {
  const checkedAtMs = (target: Target) => snapshot.targets[target.key]?.checkedAtMs ?? 0;
  const due = targetsOf(registry).filter((target) =>
    !options.isInFlight(target.key) &&
    (options.isForced(target.key) || ageOf(snapshot.targets[target.key], target.upstream, view) !== "fresh")
  );
  const oldest = due.sort((a, b) => checkedAtMs(a) - checkedAtMs(b)).slice(0, options.limit);
  const rank = (target: Target) => RANK[snapshot.targets[target.key]?.observation.kind ?? "never"];
  return oldest
    .sort((a, b) => rank(a) - rank(b))
    .map((target) => ({ target, isKnownFailing: rank(target) === RANK.failed }));
}

const RANK = { answered: 0, never: 1, failed: 2 } as const;
