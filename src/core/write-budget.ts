import { MAX_CLOCK_SKEW_MS } from "./age.ts";
import type { Knobs } from "./knobs.ts";
import type { Snapshot, WriteCount } from "./snapshot.ts";

/** What decides whether a snapshot may be stored now. */
export interface WriteQuestion {
  /**
   * The last one stored, as far as this place knows: what it read, merged with what it wrote itself, for a read may lag
   * behind even its own write. `storedAtMs` 0 when nothing is stored.
   */
  readonly stored: Snapshot;
  readonly nowMs: number;
  /** Something changed that other places should know soon. */
  readonly isChanged: boolean;
  readonly knobs: Pick<Knobs, "kvWriteEveryMs" | "kvWritesPerDay">;
}

/** Least time between two writes when something changed, in milliseconds; KV itself takes one a second to a key. */
export const CHANGE_SPACING_MS = 10_000;

/**
 * Whether a write fits now: a change {@link CHANGE_SPACING_MS} after the last write, anything else `kvWriteEveryMs`
 * after it, and both within the day's budget.
 *
 * The budget of all places together is `kvWritesPerDay` for a UTC day, and paced: a tenth may be spent at once, the rest
 * accrues evenly until midnight, so that an hour of flapping cannot spend the day. Places that do not see each other's
 * latest writes yet can exceed it by those.
 */
export function mayWrite({ stored, nowMs, isChanged, knobs }: WriteQuestion): boolean {
  const ageMs = nowMs - stored.storedAtMs;
  const spacingMs = isChanged ? Math.min(CHANGE_SPACING_MS, knobs.kvWriteEveryMs) : knobs.kvWriteEveryMs;
  // A value from the far future is a broken clock's; to wait for it would be to never write again.
  const isSpaced = ageMs >= spacingMs || ageMs < -MAX_CLOCK_SKEW_MS;
  return isSpaced && writesOn(dayOf(nowMs), stored.writes) < allowance(nowMs, knobs.kvWritesPerDay);
}

/** The snapshot as `writer` is about to store it at `nowMs`: stamped, and the write counted; a new UTC day starts at one. */
export function countWrite(snapshot: Snapshot, { writer, nowMs }: { writer: string; nowMs: number }): Snapshot {
  const day = dayOf(nowMs);
  const byWriter = snapshot.writes.day === day ? snapshot.writes.byWriter : {};
  // `writer` may be a name that every object inherits.
  const count = Object.hasOwn(byWriter, writer) ? byWriter[writer] ?? 0 : 0;
  return { ...snapshot, storedAtMs: nowMs, writes: { day, byWriter: { ...byWriter, [writer]: count + 1 } } };
}

const DAY_MS = 86_400_000;

/** Part of the day's budget that may be spent at its very beginning: enough for a quarter of an hour of bad news. */
const BURST_SHARE = 0.1;

function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

function writesOn(day: number, writes: WriteCount): number {
  return writes.day === day ? Object.values(writes.byWriter).reduce((sum, count) => sum + count, 0) : 0;
}

/** How many writes the day has earned so far; all of them at its end only. */
function allowance(nowMs: number, perDay: number): number {
  const burst = perDay * BURST_SHARE;
  return burst + (perDay - burst) * (nowMs % DAY_MS) / DAY_MS;
}
