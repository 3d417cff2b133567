import { setImmediate } from "node:timers/promises";
import { sleepBy } from "../../src/clock.ts";
import type { Clock } from "../../src/ports.ts";
import { createHeap } from "./heap.ts";

/** A clock without hands: it jumps to the next timer as soon as nothing is left to run at this time. */
export interface VirtualClock extends Clock {
  /**
   * Let time pass until `endMs`, waking each sleeper at its own time and letting what it woke run on before the next.
   * Times are whole milliseconds, as a platform's timers are.
   */
  runUntil(endMs: number): Promise<void>;
}

/** Create a clock that stands at `startMs`, in milliseconds since the Unix epoch. */
export function createVirtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  const timers = createHeap<Timer>();

  function after(ms: number, wake: () => void): () => void {
    const timer: Timer = { wake };
    timers.push(nowMs + Math.max(0, Math.ceil(ms)), timer);
    return () => void (timer.wake = undefined);
  }

  async function runUntil(endMs: number): Promise<void> {
    for (;;) {
      const dueMs = timers.firstKey();
      if (dueMs === undefined || dueMs > endMs) break;
      nowMs = dueMs;
      if (wakeAllOf(dueMs)) await setImmediate();
    }
    nowMs = endMs;
  }

  /** Sleepers of one millisecond wake together; whether there was one that had not been cancelled. */
  function wakeAllOf(dueMs: number): boolean {
    let isAnyAwake = false;
    while (timers.firstKey() === dueMs) {
      const wake = timers.pop()?.wake;
      wake?.();
      isAnyAwake ||= wake !== undefined;
    }
    return isAnyAwake;
  }

  return { nowMs: () => nowMs, after, sleep: (ms, signal) => sleepBy(after, ms, signal), runUntil };
}

interface Timer {
  /** Undefined once cancelled. */
  wake: (() => void) | undefined;
}
