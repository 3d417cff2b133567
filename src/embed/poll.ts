import type { Clock } from "../ports.ts";
import type { Evaluation } from "./evaluation.ts";

/** Have a check run anew whenever its last result is stale, until what this returns is called. */
export function poll(evaluation: Evaluation, clock: Clock): () => void {
  let hasStopped = false;
  let disarm = () => {};

  function wait(): void {
    const waitMs = Math.max(POLL_EVERY_MIN_MS, evaluation.freshForMs());
    disarm = clock.after(Math.min(waitMs, TIMER_MAX_MS), async () => {
      await evaluation.refresh();
      if (!hasStopped) wait();
    });
  }

  wait();
  return () => {
    hasStopped = true;
    disarm();
  };
}

/** Of a check whose results are kept for a shorter time, or for none. */
const POLL_EVERY_MIN_MS = 100;

/** A timer set for longer fires at once. */
const TIMER_MAX_MS = 2_147_483_647;
