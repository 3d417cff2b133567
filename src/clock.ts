import type { Clock } from "./ports.ts";

/** The platform's own time: the only place that reads it. On Workers it stands still between one I/O and the next. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after,
  sleep: (ms, signal) => sleepBy(after, ms, signal),
};

/** The sleep of a clock, made of its `after`; `Clock` tells what it promises. */
export function sleepBy(after: Clock["after"], ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = after(ms, end);
    signal?.addEventListener("abort", end, { once: true });
  });
}

function after(ms: number, wake: () => void): () => void {
  // Of a time below zero Deno prints a warning, which is no JSON.
  const timer = setTimeout(wake, Math.max(0, ms));
  return () => clearTimeout(timer);
}
