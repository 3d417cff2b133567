import { ageOf, remembered, type Viewpoint } from "./age.ts";
import { isSpeechless } from "./freshness.ts";
import { mergeSnapshots } from "./merge.ts";
import type { Target } from "./registry.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Take from a stored snapshot what is worth knowing here: all that memory lacks, what this place itself saw later, and
 * another place's later view only where our own no longer speaks (overdue or older). So two places that see an upstream
 * differently do not keep turning each other's view over.
 */
export function adopt(memory: Snapshot, stored: Snapshot, view: Viewpoint, registered: readonly Target[]): Snapshot {
  const targets = { ...memory.targets };
  for (const { key, upstream } of registered) {
    const theirs = remembered(stored.targets[key], upstream, view);
    const ours = remembered(targets[key], upstream, view);
    if (theirs === undefined) continue;
    const isNewer = ours === undefined || theirs.checkedAtMs > ours.checkedAtMs;
    const isWelcome = theirs.place === view.place || isSpeechless(ageOf(ours, upstream, view));
    if (isNewer && isWelcome) targets[key] = theirs;
  }
  // A read may lag behind our own last write, which must not be forgotten: the write budget counts on it.
  return { ...mergeSnapshots(memory, stored), targets };
}
