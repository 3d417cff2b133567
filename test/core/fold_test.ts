import assert from "node:assert/strict";
import fc from "fast-check";
import { fold, type FoldOptions, foldTarget } from "../../src/core/fold.ts";
import type { Observation, Sighting } from "../../src/core/observation.ts";
import { SERVING_STATUSES } from "../../src/core/status.ts";
import { NOT_SERVING, REFUSED, SERVING, snapshot, state } from "../support/fleet.ts";

const RISE = 1;
const EXPIRE_MS = 600_000;
const OPTIONS: FoldOptions = {
  rise: RISE,
  priorOf: (state, { atMs }) => state && atMs - state.checkedAtMs < EXPIRE_MS ? state : undefined,
};
const HANG: Observation = { kind: "failed", failure: "timeout", latencyMs: 1_500 };

function sighting(observation: Observation, overrides: Partial<Sighting> = {}): Sighting {
  return {
    targetKey: "a/",
    question: "q",
    observation,
    attempts: [observation],
    isConfirmed: false,
    atMs: 2_000,
    place: "here",
    ...overrides,
  };
}

const down = state(1_000, { status: "NOT_SERVING", isDownByFailure: true, observation: REFUSED });

Deno.test("foldTarget() believes an answer at once, in both directions", () => {
  assert.equal(foldTarget(state(1_000), sighting(NOT_SERVING), RISE).status, "NOT_SERVING");
  assert.equal(foldTarget(down, sighting(SERVING), RISE).status, "SERVING");
  assert.equal(foldTarget(undefined, sighting(SERVING), RISE).status, "SERVING");
});

Deno.test("foldTarget() keeps since while the status stays, and moves it when it changes", () => {
  const up = state(1_000, { sinceMs: 500 });
  assert.equal(foldTarget(up, sighting(SERVING), RISE).sinceMs, 500);
  assert.equal(foldTarget(up, sighting(NOT_SERVING), RISE).sinceMs, 2_000);
});

Deno.test("foldTarget() makes an unconfirmed failure a suspect with the status it had", () => {
  const suspect = foldTarget(state(1_000), sighting(REFUSED), RISE);
  assert.deepEqual(
    { status: suspect.status, isSuspect: suspect.isSuspect, observation: suspect.observation },
    { status: "SERVING", isSuspect: true, observation: REFUSED },
  );
  assert.equal(foldTarget(undefined, sighting(REFUSED), RISE).status, "UNKNOWN");
});

Deno.test("foldTarget() believes a failure that is confirmed, follows a suspicion, or meets a target already down", () => {
  const suspect = foldTarget(state(1_000), sighting(REFUSED), RISE);
  for (
    const folded of [
      foldTarget(state(1_000), sighting(REFUSED, { isConfirmed: true }), RISE),
      foldTarget(suspect, sighting(HANG, { atMs: 3_000 }), RISE),
      foldTarget(down, sighting(HANG), RISE),
      foldTarget(state(1_000, { status: "NOT_SERVING", observation: NOT_SERVING }), sighting(HANG), RISE),
    ]
  ) {
    assert.deepEqual([folded.status, folded.isDownByFailure, folded.isSuspect], ["NOT_SERVING", true, false]);
  }
});

Deno.test("foldTarget() lets an answer clear a suspicion", () => {
  const suspect = foldTarget(state(1_000), sighting(REFUSED), RISE);
  const cleared = foldTarget(suspect, sighting(SERVING, { atMs: 3_000 }), RISE);
  assert.deepEqual([cleared.status, cleared.isSuspect, cleared.sinceMs], ["SERVING", false, 1_000]);
});

Deno.test("fold() does not carry an expired green through a suspicion", () => {
  const old = snapshot({ "a/": state(1_000) });
  const status = (atMs: number) => fold(old, [sighting(REFUSED, { atMs })], OPTIONS).targets["a/"]?.status;
  assert.equal(status(600_999), "SERVING");
  assert.equal(status(601_000), "UNKNOWN");
});

Deno.test("foldTarget() asks for rise successes in a row after a failure-caused down", () => {
  const once = foldTarget(down, sighting(SERVING, { atMs: 2_000 }), 3);
  const twice = foldTarget(once, sighting(SERVING, { atMs: 3_000 }), 3);
  const thrice = foldTarget(twice, sighting(SERVING, { atMs: 4_000 }), 3);
  assert.deepEqual([once.status, twice.status, thrice.status], ["NOT_SERVING", "NOT_SERVING", "SERVING"]);
  assert.equal(thrice.sinceMs, 4_000);
  const relapsed = foldTarget(twice, sighting(REFUSED, { atMs: 4_000 }), 3);
  assert.deepEqual([relapsed.status, relapsed.rises], ["NOT_SERVING", 0]);
});

Deno.test("foldTarget() asks for no rise after a down that was answered", () => {
  const answered = state(1_000, { status: "NOT_SERVING", observation: NOT_SERVING });
  assert.equal(foldTarget(answered, sighting(SERVING), 3).status, "SERVING");
});

Deno.test("fold() ignores a sighting older than what is known", () => {
  const known = snapshot({ "a/": state(3_000) });
  assert.deepEqual(fold(known, [sighting(NOT_SERVING)], OPTIONS).targets, known.targets);
});

const observations: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({
    kind: fc.constant("answered" as const),
    status: fc.constantFrom(...SERVING_STATUSES),
    latencyMs: fc.nat(3_000),
  }),
  fc.record({
    kind: fc.constant("failed" as const),
    failure: fc.constantFrom("timeout", "unavailable", "overloaded"),
    latencyMs: fc.nat(3_000),
  }),
);
const sightings = fc.array(
  fc.record({
    targetKey: fc.constantFrom("a/", "b/", "c/"),
    observation: observations,
    isConfirmed: fc.boolean(),
    atMs: fc.integer({ min: 900_000, max: 1_600_000 }),
    place: fc.constantFrom("here", "there"),
  }).map((seen): Sighting => ({ ...seen, question: "q", attempts: [seen.observation] })),
  { maxLength: 12 },
);

Deno.test("fold() gives the same snapshot in whatever order the sightings come", () => {
  fc.assert(fc.property(sightings, fc.infiniteStream(fc.nat()), (seen, keys) => {
    const shuffled = seen.map((item) => ({ item, key: keys.next().value ?? 0 })).sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
    const prior = snapshot({ "a/": state(1_000_000) });
    assert.deepEqual(fold(prior, shuffled, OPTIONS), fold(prior, seen, OPTIONS));
  }));
});

Deno.test("fold() turns nothing SERVING without an answer that said so", () => {
  fc.assert(fc.property(sightings, (seen) => {
    const folded = fold(snapshot({}), seen, OPTIONS);
    for (const [key, { status }] of Object.entries(folded.targets)) {
      const said = seen.some(({ targetKey, observation }) =>
        targetKey === key && observation.kind === "answered" && observation.status === "SERVING"
      );
      assert.ok(status !== "SERVING" || said);
    }
  }));
});
