import type { Snapshot, TargetState, WriteCount } from "./snapshot.ts";

/**
 * All that two snapshots know: of each target the state checked last, the later times, and the count of writes.
 *
 * Commutative, associative and idempotent, so that places may exchange snapshots in any order and end up agreeing. It
 * never makes a target older, and never drops one; whoever knows the registry does that.
 */
export function mergeSnapshots(a: Snapshot, b: Snapshot): Snapshot {
  const scheduledAtMs = later(a.scheduledAtMs, b.scheduledAtMs);
  return {
    targets: mergeRecords(a.targets, b.targets, newer),
    storedAtMs: Math.max(a.storedAtMs, b.storedAtMs),
    writes: mergeWrites(a.writes, b.writes),
    ...(scheduledAtMs !== undefined && { scheduledAtMs }),
  };
}

/** Of two times, either of which may never have been. */
function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

/** Of two states checked in the same millisecond the choice matters little; that it is always the same one does. */
function newer(a: TargetState, b: TargetState): TargetState {
  if (a.checkedAtMs !== b.checkedAtMs) return a.checkedAtMs > b.checkedAtMs ? a : b;
  return JSON.stringify(a) >= JSON.stringify(b) ? a : b;
}

/** A count only grows within its day, and only its own writer adds to it, so the larger number is the later one. */
function mergeWrites(a: WriteCount, b: WriteCount): WriteCount {
  if (a.day !== b.day) return a.day > b.day ? a : b;
  return { day: a.day, byWriter: mergeRecords(a.byWriter, b.byWriter, Math.max) };
}

/** Over a Map, for names come from outside and one may be called `__proto__` or `constructor`. */
function mergeRecords<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  choose: (a: T, b: T) => T,
): Record<string, T> {
  const merged = new Map(Object.entries(a));
  for (const [key, theirs] of Object.entries(b)) {
    const ours = merged.get(key);
    merged.set(key, ours === undefined ? theirs : choose(ours, theirs));
  }
  return Object.fromEntries(merged);
}
