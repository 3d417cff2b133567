import { setImmediate } from "node:timers/promises";
import { sleepBy } from "../../src/clock.ts";
import type { Clock } from "../../src/ports.ts";

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Move time on, waking each sleeper at its own time and letting what it woke run on before the next. */
  advance(ms: number): Promise<void>;
  /** Move time on in steps until `promise` settles; fails after `limitMs`. */
  until<T>(promise: Promise<T>, limitMs?: number): Promise<T>;
  /** Let time pass while nothing runs: who sleeps now is never woken, as when the platform cuts an invocation off. */
  cutOff(ms: number): Promise<void>;
  /** Set the clock back, as a correction of the host's time does; who sleeps wakes no later for it. */
  stepBack(ms: number): void;
  /** Sleepers not woken yet: zero when nothing leaked a timer. */
  sleepers(): number;
}

/** Create a clock that starts at `startMs`. */
export function createTestClock(startMs = 1_000_000_000): TestClock {
  let nowMs = startMs;
  const sleeping = new Set<{ wakeAtMs: number; wake: () => void }>();

  function after(ms: number, wake: () => void): () => void {
    const sleeper = { wakeAtMs: nowMs + ms, wake };
    sleeping.add(sleeper);
    return () => void sleeping.delete(sleeper);
  }

  /** Wake the earliest sleeper, if it wakes by `endMs`; false when none does. */
  async function wakeNext(endMs: number): Promise<boolean> {
    const next = [...sleeping].sort((a, b) => a.wakeAtMs - b.wakeAtMs)[0];
    if (next === undefined || next.wakeAtMs > endMs) return false;
    nowMs = Math.max(nowMs, next.wakeAtMs);
    sleeping.delete(next);
    next.wake();
    await settle();
    return true;
  }

  /** Let everything that can run without time passing run. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 3; round++) await setImmediate();
  }

  async function advance(ms: number): Promise<void> {
    const endMs = nowMs + ms;
    await settle();
    while (await wakeNext(endMs));
    nowMs = endMs;
  }

  async function until<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    let isSettled = false;
    const watched = promise.finally(() => (isSettled = true));
    const endMs = nowMs + limitMs;
    await settle();
    while (!isSettled) {
      if (!await wakeNext(endMs)) throw new Error(`Cannot wait: not settled within ${limitMs} ms, or nothing sleeps`);
    }
    return await watched;
  }

  async function cutOff(ms: number): Promise<void> {
    await settle();
    sleeping.clear();
    nowMs += ms;
  }

  function stepBack(ms: number): void {
    nowMs -= ms;
    for (const sleeper of sleeping) sleeper.wakeAtMs -= ms;
  }

  return {
    stepBack,
    nowMs: () => nowMs,
    after,
    sleep: (ms, signal) => sleepBy(after, ms, signal),
    advance,
    until,
    cutOff,
    sleepers: () => sleeping.size,
  };
}
