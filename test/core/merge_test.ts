import assert from "node:assert/strict";
import fc from "fast-check";
import { mergeSnapshots } from "../../src/core/merge.ts";
import { EMPTY_SNAPSHOT, type Snapshot, type TargetState } from "../../src/core/snapshot.ts";
import { arbitrarySnapshot } from "../arbitrary/snapshot.ts";

// Few names and few times, so that most merges meet the same target, and many in the same millisecond.
const snapshot = arbitrarySnapshot({
  key: fc.constantFrom("a/", "b/", "b/acme.Checkout"),
  timeMs: fc.nat({ max: 3 }),
  place: fc.constantFrom("FRA", "CDG", "__proto__", "constructor"),
  day: fc.nat({ max: 2 }),
});

Deno.test("mergeSnapshots() is commutative", () => {
  fc.assert(fc.property(snapshot, snapshot, (a, b) => assert.deepEqual(mergeSnapshots(a, b), mergeSnapshots(b, a))));
});

Deno.test("mergeSnapshots() is associative", () => {
  fc.assert(fc.property(snapshot, snapshot, snapshot, (a, b, c) => {
    assert.deepEqual(mergeSnapshots(mergeSnapshots(a, b), c), mergeSnapshots(a, mergeSnapshots(b, c)));
  }));
});

Deno.test("mergeSnapshots() is idempotent, and the empty snapshot changes nothing", () => {
  fc.assert(fc.property(snapshot, (a) => {
    assert.deepEqual(mergeSnapshots(a, a), a);
    assert.deepEqual(mergeSnapshots(a, EMPTY_SNAPSHOT).targets, a.targets);
  }));
});

Deno.test("mergeSnapshots() makes no target older and loses none", () => {
  fc.assert(fc.property(snapshot, snapshot, (a, b) => {
    const merged = mergeSnapshots(a, b);
    for (const side of [a, b]) {
      for (const [key, state] of Object.entries(side.targets)) {
        assert.ok((merged.targets[key]?.checkedAtMs ?? -1) >= state.checkedAtMs, key);
      }
    }
  }));
});

Deno.test("mergeSnapshots() takes each target from the side that checked it last", () => {
  const merged = mergeSnapshots(
    { ...EMPTY_SNAPSHOT, targets: { "a/": checkedAt(1, "FRA"), "b/": checkedAt(9, "FRA") } },
    { ...EMPTY_SNAPSHOT, targets: { "a/": checkedAt(2, "CDG"), "b/": checkedAt(8, "CDG"), "c/": checkedAt(0, "CDG") } },
  );
  assert.deepEqual(Object.values(merged.targets).map(({ place }) => place), ["CDG", "FRA", "CDG"]);
});

const WRITES: readonly [string, Snapshot["writes"], Snapshot["writes"], Snapshot["writes"]][] = [
  [
    "the larger count of each place on the same day",
    { day: 7, byWriter: { FRA: 3, CDG: 1 } },
    { day: 7, byWriter: { CDG: 2, LHR: 5 } },
    { day: 7, byWriter: { FRA: 3, CDG: 2, LHR: 5 } },
  ],
  [
    "the newer day alone",
    { day: 7, byWriter: { FRA: 800 } },
    { day: 8, byWriter: { CDG: 1 } },
    { day: 8, byWriter: { CDG: 1 } },
  ],
];

for (const [what, a, b, expected] of WRITES) {
  Deno.test(`mergeSnapshots() counts ${what}`, () => {
    assert.deepEqual(
      mergeSnapshots({ ...EMPTY_SNAPSHOT, writes: a }, { ...EMPTY_SNAPSHOT, writes: b }).writes,
      expected,
    );
  });
}

function checkedAt(checkedAtMs: number, place: string): TargetState {
  const observation = { kind: "answered", status: "SERVING", latencyMs: 1 } as const;
  const settled = { isSuspect: false, isDownByFailure: false, rises: 0 };
  return { status: "SERVING", sinceMs: 0, checkedAtMs, place, observation, attempts: [observation], ...settled };
}
