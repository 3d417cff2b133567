import type { Life } from "./truth.ts";

/** When each upstream was last looked at before what is now the case began. */
export interface LastSeen {
  /** Something was learned of an upstream, or of the canary, which is not kept; times never shrink. */
  note(upstream: number, atMs: number): void;
  /** When it was last learned of before `sinceMs`, the begin of its present phase; `-Infinity` if never. */
  before(upstream: number, sinceMs: number): number;
}

/** Create the book, for upstreams with these lives. */
export function createLastSeen(lives: readonly Life[]): LastSeen {
  const last = lives.map(() => -Infinity);
  const earlier = lives.map(() => -Infinity);

  function note(upstream: number, atMs: number): void {
    const lastMs = last[upstream];
    const phaseMs = lives[upstream]?.at(atMs).fromMs;
    if (lastMs === undefined || phaseMs === undefined) return;
    if (lastMs < phaseMs) earlier[upstream] = lastMs;
    last[upstream] = atMs;
  }

  function before(upstream: number, sinceMs: number): number {
    const lastMs = last[upstream] ?? -Infinity;
    return lastMs < sinceMs ? lastMs : earlier[upstream] ?? -Infinity;
  }

  return { note, before };
}
