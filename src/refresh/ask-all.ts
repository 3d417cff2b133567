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
  /** Gets what was learned of each target as soon as it is. */
  readonly onSighting: (sighting: Sighting) => void;
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
  const inquiries = due.map((dueTarget) => {
    const { target } = dueTarget;
    const { sighting, cut } = inquire(dueTarget, priorOf(target), means);
    const landed = sighting.then((seen) => {
      if (seen !== undefined) onSighting(seen);
      return seen;
    }).finally(() => onLanded(target.key));
    return { cut, landed };
  });
  const disarm = means.clock.after(REFRESH_MAX_MS, () => inquiries.forEach(({ cut }) => cut()));
  try {
    return await Promise.all(inquiries.map(({ landed }) => landed));
  } finally {
    disarm();
  }
}
