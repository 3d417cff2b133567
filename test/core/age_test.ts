import assert from "node:assert/strict";
import fc from "fast-check";
import { ageOf, nextAgeChangeMs } from "../../src/core/age.ts";
import { state, upstream } from "../support/fleet.ts";

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

Deno.test("ageOf() calls a suspect fresh for a second and a half, then overdue, and expired when it would be stale no longer", () => {
  assert.equal(ageOf(state(view.nowMs - 1_499, { isSuspect: true }), checkout, view), "fresh");
  assert.equal(ageOf(state(view.nowMs - 1_500, { isSuspect: true }), checkout, view), "overdue");
  assert.equal(ageOf(state(view.nowMs - 29_999, { isSuspect: true }), checkout, view), "overdue");
  assert.equal(ageOf(state(view.nowMs - 30_000, { isSuspect: true }), checkout, view), "expired");
});

Deno.test("ageOf() calls another place's suspect overdue at once", () => {
  assert.equal(ageOf(state(view.nowMs, { isSuspect: true, place: "there" }), checkout, view), "overdue");
});

Deno.test("ageOf() calls a state expired that only a broken clock can have dated", () => {
  assert.equal(ageOf(state(view.nowMs + 10_000), checkout, view), "fresh");
  assert.equal(ageOf(state(view.nowMs + 10_001), checkout, view), "expired");
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
