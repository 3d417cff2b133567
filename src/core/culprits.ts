import type { TargetReport } from "./report.ts";

/** Targets whose recovery would make a name SERVING. */
export type Recovery = ReadonlySet<TargetReport>;

/**
 * Every minimal recovery of a name: none of them holds another. A SERVING name has one, the empty set. Undefined where
 * there are too many to work out.
 */
export type Recoveries = readonly Recovery[] | undefined;

/**
 * How many recoveries are weighed at a time. The minimal sets of 20 members of which 10 must serve are 184 756, and a
 * Worker has 10 ms; where there are that many, nearly every failing target is in one of them anyway.
 */
export const RECOVERIES_MAX = 200;

/** Of a name that is SERVING. */
export const NOTHING_TO_RECOVER = (): Recoveries => [new Set()];

/**
 * The minimal recoveries of a name that needs `needed` more of its failing members to serve.
 *
 * They are unions of one recovery each of `needed` members; members may share targets, so a union may hold another.
 *
 * @param failing The minimal recoveries of each member that does not serve.
 */
export function recoveriesOf(needed: number, failing: readonly Recoveries[]): Recoveries {
  // At j: the ways to have j of the members so far recover.
  let ways: readonly (readonly Recovery[])[] = [[new Set()]];
  for (const [at, member] of failing.entries()) {
    if (member === undefined) return undefined;
    const left = failing.length - at - 1;
    const next: (readonly Recovery[])[] = [];
    for (let count = 0; count <= Math.min(needed, at + 1); count++) {
      const found = count + left < needed ? [] : waysTo(ways[count] ?? [], ways[count - 1] ?? [], member);
      if (found === undefined) return undefined;
      next.push(found);
    }
    ways = next;
  }
  return ways[needed] ?? [];
}

/** The minimal ways without a member, and with one of its own added. */
function waysTo(without: readonly Recovery[], before: readonly Recovery[], member: readonly Recovery[]): Recoveries {
  if (without.length + before.length * member.length > RECOVERIES_MAX) return undefined;
  const added = before.flatMap((way) => member.map((recovery) => way.union(recovery)));
  return minimal([...without, ...added]);
}

/** Those that hold no other; of equal ones the last. */
function minimal(recoveries: readonly Recovery[]): readonly Recovery[] {
  if (recoveries.length < 2) return recoveries;
  const distinct = new Map(recoveries.map((recovery) => [keyOf(recovery), recovery]));
  const kept: Recovery[] = [];
  for (const recovery of [...distinct.values()].sort((a, b) => a.size - b.size)) {
    if (!kept.some((other) => other.size < recovery.size && other.isSubsetOf(recovery))) kept.push(recovery);
  }
  return kept;
}

/** Most recoveries are of one size, and need then only be told apart. */
function keyOf(recovery: Recovery): string {
  return [...recovery].map(({ target }) => target.key).sort().join("\n");
}
