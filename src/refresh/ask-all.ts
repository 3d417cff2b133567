import type { DueTarget } from "../core/due.ts";
import type { Sighting } from "../core/observation.ts";
import type { Target } from "../core/registry.ts";
import { inquire, type InquiryOptions, type Prior } from "./inquiry.ts";

/** A refresh ends this long after its start, in milliseconds: `waitUntil` lasts 30 s after the answer. */
export const REFRESH_MAX_MS = 25_000;

/** What a round of questions works with. */
export interface AskAllOptions {
  readonly means: InquiryOptions;
  readonly priorOf: (target: Target) => Prior;
  /** Gets what was learned of each target as soon as it is, and what will have been of all; the target lands after it. */
  readonly onSighting: (sighting: Sighting, all: Promise<readonly Sighting[]>) => Promise<void> | void;
  /** The target is done with, whatever came of it. */
  readonly onLanded: (targetKey: string) => void;
}

/**
 * Ask all due targets at once, for {@link REFRESH_MAX_MS} at most.
 *
 * @returns One sighting per due target, in order; undefined where it was not attempted. Rejects only when the prober
 * breaks its promise.
 */
export async function askAll(
  due: readonly DueTarget[],
  { means, priorOf, onSighting, onLanded }: AskAllOptions,
): Promise<(Sighting | undefined)[]> {
  const inquiries = due.map((dueTarget) => ({
    key: dueTarget.target.key,
    ...inquire(dueTarget, priorOf(dueTarget.target), means),
  }));
  const disarm = means.clock.after(REFRESH_MAX_MS, () => inquiries.forEach(({ cut }) => cut()));
  const all = Promise.all(inquiries.map(({ sighting }) => sighting));
  const seen = all.then((sightings) => sightings.filter((sighting) => sighting !== undefined));
  const landings = inquiries.map(({ key, sighting }) =>
    sighting
      .then(async (sighting) => {
        if (sighting !== undefined) await onSighting(sighting, seen);
      })
      .finally(() => onLanded(key))
  );
  try {
    await Promise.all([seen, ...landings]);
    return await all;
  } finally {
    disarm();
  }
}
