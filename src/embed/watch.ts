import type { Clock } from "../ports.ts";
import type { WireStatus } from "../wire/health.ts";
import { createBell } from "./bell.ts";
import type { Evaluation } from "./evaluation.ts";
import { poll } from "./poll.ts";

/** What a Watch needs to know of a name. */
export interface Watched {
  /** What is known of it now. */
  status(): WireStatus;
  readonly evaluations: readonly Evaluation[];
  /** Whether the status counts although checks are still running. */
  isDecided(): boolean;
  /** Whether the Watch ends, once it told the status. */
  isOver(): boolean;
  /** Calls `ring` whenever any of this may have changed, until what it returns is called. */
  listen(ring: () => void): () => void;
}

/** Until when a Watch goes on. */
export interface WatchUntil {
  readonly signal: AbortSignal | undefined;
  /** In milliseconds; undefined sets no end. */
  readonly maxMs: number | undefined;
  readonly clock: Clock;
}

/**
 * Tell a name's status, once its checks have been run, and then each status that differs from the last one told. A slow
 * reader gets the newest. While it goes on each check is run anew when its result is stale; afterwards no timer and no
 * listener stays behind.
 */
export async function* watch(
  watched: Watched,
  { signal, maxMs, clock }: WatchUntil,
): AsyncGenerator<WireStatus, void, void> {
  const bell = createBell();
  const polls: (() => void)[] = [];
  let hasLeft = false;
  const deaf = watched.listen(bell.ring);
  signal?.addEventListener("abort", bell.ring, { once: true });
  let isOver = false;
  const disarm = maxMs === undefined ? () => {} : clock.after(maxMs, () => {
    isOver = true;
    bell.ring();
  });
  let isChecked = false;
  checkOnce(watched.evaluations).then(() => {
    isChecked = true;
    bell.ring();
    if (!hasLeft) polls.push(...watched.evaluations.map((evaluation) => poll(evaluation, clock)));
  });
  try {
    let told: WireStatus | undefined;
    while (!signal?.aborted) {
      const status = watched.status();
      if (status !== told && (isChecked || watched.isDecided())) yield told = status;
      if (isOver || watched.isOver()) return;
      await bell.heard();
    }
  } finally {
    hasLeft = true;
    for (const stop of polls) stop();
    disarm();
    deaf();
    signal?.removeEventListener("abort", bell.ring);
  }
}

async function checkOnce(evaluations: readonly Evaluation[]): Promise<void> {
  await Promise.all(evaluations.map((evaluation) => evaluation.refresh()));
}
