import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/ports.ts";

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Move time on, waking each sleeper at its own time and letting what it woke run on before the next. */
  advance(ms: number): Promise<void>;
  /** Move time on in steps until `promise` settles; fails after `limitMs`. */
  until<T>(promise: Promise<T>, limitMs?: number): Promise<T>;
  /** Let time pass while nothing runs: who sleeps now is never woken, as when the platform cuts an invocation off. */
  cutOff(ms: number): Promise<void>;
  /** Sleepers not woken yet: zero when nothing leaked a timer. */
  sleepers(): number;
}

/** Create a clock that starts at `startMs`. */
export function createTestClock(startMs = 1_000_000_000): TestClock {
  let nowMs = startMs;
  const sleeping = new Set<{ wakeAtMs: number; wake: () => void }>();

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = { wakeAtMs: nowMs + ms, wake };
      function wake() {
        sleeping.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      }
      sleeping.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Let everything that can run without time passing run. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 3; round++) await setImmediate();
  }

  async function advance(ms: number): Promise<void> {
    const endMs = nowMs + ms;
    await settle();
    for (;;) {
      const next = [...sleeping].sort((a, b) => a.wakeAtMs - b.wakeAtMs)[0];
      if (next === undefined || next.wakeAtMs > endMs) break;
      nowMs = Math.max(nowMs, next.wakeAtMs);
      next.wake();
      await settle();
    }
    nowMs = endMs;
  }

  async function until<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    let isSettled = false;
    const watched = promise.finally(() => (isSettled = true));
    const endMs = nowMs + limitMs;
    await settle();
    while (!isSettled) {
      const next = [...sleeping].sort((a, b) => a.wakeAtMs - b.wakeAtMs)[0];
      if (next === undefined) throw new Error("Cannot wait: nothing sleeps and the promise is not settled");
      if (next.wakeAtMs > endMs) throw new Error(`Cannot wait: not settled within ${limitMs} ms`);
      nowMs = Math.max(nowMs, next.wakeAtMs);
      next.wake();
      await settle();
    }
    return await watched;
  }

  async function cutOff(ms: number): Promise<void> {
    await settle();
    sleeping.clear();
    nowMs += ms;
  }

  return { nowMs: () => nowMs, sleep, advance, until, cutOff, sleepers: () => sleeping.size };
}
