import assert from "node:assert/strict";
import { boundsFor, freshness } from "../../src/core/freshness.ts";

const BOUNDS = { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 };

for (
  const [ageMs, expected] of [
    [-5_000, "fresh"],
    [0, "fresh"],
    [14_999, "fresh"],
    [15_000, "stale"],
    [29_999, "stale"],
    [30_000, "overdue"],
    [599_999, "overdue"],
    [600_000, "expired"],
  ] as const
) {
  Deno.test(`G4: freshness() of ${ageMs} ms is ${expected}: an age equal to a bound belongs to the older class`, () => {
    assert.equal(freshness(ageMs, BOUNDS), expected);
  });
}

Deno.test("boundsFor() keeps an upstream with a long ttl stale for one more ttl", () => {
  assert.deepEqual(boundsFor(60_000, BOUNDS), { ttlMs: 60_000, staleMs: 120_000, expireMs: 600_000 });
  assert.deepEqual(boundsFor(1_000_000, BOUNDS), { ttlMs: 1_000_000, staleMs: 2_000_000, expireMs: 2_000_000 });
});

Deno.test("boundsFor() leaves the fleet's bounds to an upstream with a short ttl", () => {
  assert.deepEqual(boundsFor(2_000, BOUNDS), { ...BOUNDS, ttlMs: 2_000 });
});
