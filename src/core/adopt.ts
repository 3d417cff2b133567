import { ageOf, remembered, type Viewpoint } from "./age.ts";
import { boundsFor, isSpeechless } from "./freshness.ts";
import { mergeSnapshots } from "./merge.ts";
import { isTold, type Target, type Upstream } from "./registry.ts";
import type { Snapshot, TargetState } from "./snapshot.ts";

/**
 * Take from a stored snapshot what is worth knowing here: all that memory lacks, what this place itself saw later, and
 * another place's later view only where our own no longer speaks (overdue or older). So two places that see an upstream
 * differently do not keep turning each other's view over.
 *
 * What an upstream told is read again before it is shown, whoever stored it and however lately: it may have been told
 * otherwise since, and only where that cannot be read does the stored state stand in.
 */
export function adopt(memory: Snapshot, stored: Snapshot, view: Viewpoint, registered: readonly Target[]): Snapshot {
  const targets = { ...memory.targets };
  for (const { key, upstream } of registered) {
    const theirs = remembered(stored.targets[key], upstream, view);
    const ours = remembered(targets[key], upstream, view);
    if (theirs === undefined || isOfOneProbe(theirs, targets[key])) continue;
    const isNewer = ours === undefined || theirs.checkedAtMs > ours.checkedAtMs;
    const isWelcome = theirs.place === view.place || isSpeechless(ageOf(ours, upstream, view));
    if (isNewer && isWelcome) targets[key] = isTold(upstream) ? overdue(theirs, upstream, view) : theirs;
  }
  // A read may lag behind our own last write, which must not be forgotten: the write budget counts on it.
  return { ...mergeSnapshots(memory, stored), targets };
}

/** Of what was seen here it may have been found since that it holds for a shorter time than the store knows. */
function isOfOneProbe(theirs: TargetState, ours: TargetState | undefined): boolean {
  return theirs.place === ours?.place && theirs.checkedAtMs === ours.checkedAtMs;
}

function overdue(state: TargetState, upstream: Upstream, { nowMs, bounds }: Viewpoint): TargetState {
  return { ...state, checkedAtMs: Math.min(state.checkedAtMs, nowMs - boundsFor(upstream.ttlMs, bounds).staleMs) };
}
