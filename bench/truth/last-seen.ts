import type { Life } from "./truth.ts";

/** When each upstream was last looked at before what is now the case began. */
export interface LastSeen {
  /** A probe of an upstream came to something; of the canary nothing is kept. Times of end never shrink. */
  note(upstream: number, probe: { readonly sentMs: number; readonly endedMs: number }): void;
  /** When the last probe ended that was sent before `sinceMs`, the begin of the present phase; `-Infinity` if none was. */
  before(upstream: number, sinceMs: number): number;
}

/** Create the book, for upstreams with these lives. */
export function createLastSeen(lives: readonly Life[]): LastSeen {
  const entries = lives.map((life) => ({ life, sinceMs: -Infinity, beforeMs: -Infinity, lastMs: -Infinity }));
  return {
    note(upstream, { sentMs, endedMs }) {
      const entry = entries[upstream];
      if (entry === undefined) return;
      const { fromMs } = entry.life.at(endedMs);
      if (fromMs > entry.sinceMs) {
        entry.sinceMs = fromMs;
        entry.beforeMs = entry.lastMs;
      }
      entry.lastMs = endedMs;
      if (sentMs < fromMs) entry.beforeMs = endedMs;
    },
    before(upstream, sinceMs) {
      const entry = entries[upstream];
      if (entry === undefined) return -Infinity;
      return entry.sinceMs === sinceMs ? entry.beforeMs : entry.lastMs;
    },
  };
}
