import type { Clock } from "../../ports.ts";

/** How many frames of a peer may bring no call further before we take it for a flood. */
export interface Patience {
  /** A frame that brings no call further. @returns False when there were too many. */
  bear(): boolean;
  /** Some call came further. */
  renew(): void;
}

/** Create it for one connection. */
export function createPatience(clock: Clock): Patience {
  let idleFrames = 0;
  let sinceMs = clock.nowMs();
  return {
    bear() {
      // A peer may ping a connection for hours on which nothing happens.
      if (Math.abs(clock.nowMs() - sinceMs) > PERIOD_MS) {
        sinceMs = clock.nowMs();
        idleFrames = 0;
      }
      return ++idleFrames <= IDLE_FRAMES_MAX;
    },
    renew() {
      idleFrames = 0;
    },
  };
}

/** A server begins with three or four such frames, and follows each call with one or two. */
const IDLE_FRAMES_MAX = 100;
const PERIOD_MS = 10_000;
