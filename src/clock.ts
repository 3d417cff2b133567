import type { Clock } from "./ports.ts";

/** The platform's own time: the only place that reads it. On Workers it stands still between one I/O and the next. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  // Of a time below zero Deno prints a warning, which is no JSON.
  after: (ms, wake) => {
    const timer = setTimeout(wake, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, Math.max(0, ms));
      signal?.addEventListener("abort", end, { once: true });
    }),
};
