import type { Clock } from "../ports.ts";
import type { Changes } from "./changes.ts";

/** How often each waiter looks, in milliseconds: a hundred times in the life of a Watch on Workers, for about a millisecond of CPU. */
const LOOK_EVERY_MS = 500;

/**
 * Create changes of which nobody is told: who waits looks for himself.
 *
 * On Workers a request whose client has gone ends without a word, its signal included. A waiter that it left behind would
 * be woken in the name of a request that is no more, which workerd forbids with a warning in the log, and would be kept
 * until then.
 */
export function createPolledChanges(clock: Pick<Clock, "sleep">): Changes {
  let count = 0;
  return {
    tell: () => void count++,
    async next(signal) {
      const seen = count;
      while (count === seen && !signal.aborted) await clock.sleep(LOOK_EVERY_MS, signal);
    },
  };
}
