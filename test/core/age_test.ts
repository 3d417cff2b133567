import assert from "node:assert/strict";
import fc from "fast-check";
import { adopt, ageOf, nextAgeChangeMs } from "../../src/core/age.ts";
import { snapshot, state, upstream } from "../support/fleet.ts";

const bounds = { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 };
const view = { nowMs: 1_000_000, place: "here", bounds };
const checkout = upstream("checkout");

Deno.test("ageOf() calls a target never seen expired", () => {
  assert.equal(ageOf(undefined, checkout, view), "expired");
});

Deno.test("ageOf() calls a state from another place stale at best", () => {
  assert.equal(ageOf(state(view.nowMs - 1), checkout, view), "fresh");
  assert.equal(ageOf(state(view.nowMs - 1, { place: "there" }), checkout, view), "stale");
  assert.equal(ageOf(state(view.nowMs - 30_000, { place: "there" }), checkout, view), "overdue");
});

Deno.test("ageOf() calls a suspect fresh for a second and a half, and overdue from then on", () => {
  assert.equal(ageOf(state(view.nowMs - 1_499, { isSuspect: true }), checkout, view), "fresh");
  assert.equal(ageOf(state(view.nowMs - 1_500, { isSuspect: true }), checkout, view), "overdue");
  assert.equal(ageOf(state(view.nowMs - 600_000, { isSuspect: true }), checkout, view), "expired");
});

Deno.test("nextAgeChangeMs() is the first time at which ageOf() says something else", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 700_000 }), fc.boolean(), (ageMs, isSuspect) => {
    const known = state(view.nowMs - ageMs, { isSuspect });
    const changeMs = nextAgeChangeMs(known, checkout, view);
    const now = ageOf(known, checkout, view);
    if (changeMs === Infinity) return assert.equal(now, "expired");
    assert.equal(ageOf(known, checkout, { ...view, nowMs: changeMs - 1 }), now);
    assert.notEqual(ageOf(known, checkout, { ...view, nowMs: changeMs }), now);
  }));
});

Deno.test("adopt() takes what memory lacks and what this place saw later", () => {
  const mine = snapshot({ "a/": state(990_000) });
  const theirs = snapshot({
    "a/": state(995_000, { status: "NOT_SERVING" }),
    "b/": state(800_000, { place: "there" }),
  });
  assert.deepEqual(adopt(mine, theirs, view).targets, theirs.targets);
});

Deno.test("adopt() keeps our own view while it speaks, and takes another place's later one when it does not", () => {
  const theirs = snapshot({ "a/": state(999_000, { place: "there", status: "NOT_SERVING" }) });
  const ours = snapshot({ "a/": state(970_001) });
  assert.deepEqual(adopt(ours, theirs, view).targets, ours.targets);
  assert.deepEqual(adopt(snapshot({ "a/": state(970_000) }), theirs, view).targets, theirs.targets);
});

Deno.test("adopt() never takes an older state for a newer one, nor one a broken clock has dated", () => {
  const ours = snapshot({ "a/": state(900_000) });
  assert.deepEqual(adopt(ours, snapshot({ "a/": state(899_999) }), view).targets, ours.targets);
  assert.deepEqual(
    adopt(ours, snapshot({ "a/": state(1_010_001), "b/": state(1_010_001) }), view).targets,
    ours.targets,
  );
});

Deno.test("adopt() does not forget our own last write when the read lags behind it", () => {
  const ours = { ...snapshot({}), storedAtMs: 900_000, writes: { day: 1, byPlace: { here: 3 } } };
  const lagging = { ...snapshot({}), storedAtMs: 890_000, writes: { day: 1, byPlace: { here: 2, there: 5 } } };
  const { storedAtMs, writes } = adopt(ours, lagging, view);
  assert.deepEqual({ storedAtMs, writes }, { storedAtMs: 900_000, writes: { day: 1, byPlace: { here: 3, there: 5 } } });
});
