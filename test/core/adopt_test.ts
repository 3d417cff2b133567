import assert from "node:assert/strict";
import { adopt } from "../../src/core/adopt.ts";
import { targetsOf } from "../../src/core/registry.ts";
import { snapshot, state, upstream } from "../support/fleet.ts";

const bounds = { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 };
const view = { nowMs: 1_000_000, place: "here", bounds };
const targets = targetsOf({
  upstreams: [upstream("a"), upstream("b"), upstream("slow", { ttlMs: 60_000 })],
  groups: [],
});

Deno.test("adopt() takes what memory lacks and what this place saw later", () => {
  const mine = snapshot({ "a/": state(990_000) });
  const theirs = snapshot({
    "a/": state(995_000, { status: "NOT_SERVING" }),
    "b/": state(800_000, { place: "there" }),
  });
  assert.deepEqual(adopt(mine, theirs, view, targets).targets, theirs.targets);
});

Deno.test("adopt() keeps our own view while it speaks, and takes another place's later one when it does not", () => {
  const theirs = snapshot({ "a/": state(999_000, { place: "there", status: "NOT_SERVING" }) });
  const ours = snapshot({ "a/": state(970_001) });
  assert.deepEqual(adopt(ours, theirs, view, targets).targets, ours.targets);
  assert.deepEqual(adopt(snapshot({ "a/": state(970_000) }), theirs, view, targets).targets, theirs.targets);
});

Deno.test("adopt() keeps our own view of a slow upstream as long as its own ttl lets it speak", () => {
  const theirs = snapshot({ "slow/": state(999_000, { place: "there" }) });
  const ours = snapshot({ "slow/": state(880_001) });
  assert.deepEqual(adopt(ours, theirs, view, targets).targets, ours.targets);
  assert.deepEqual(adopt(snapshot({ "slow/": state(880_000) }), theirs, view, targets).targets, theirs.targets);
});

Deno.test("adopt() ignores targets that are not registered", () => {
  assert.deepEqual(adopt(snapshot({}), snapshot({ "gone/": state(999_000) }), view, targets).targets, {});
});

Deno.test("adopt() replaces a state that a clock since set back has dated", () => {
  const theirs = snapshot({ "a/": state(999_000) });
  assert.deepEqual(adopt(snapshot({ "a/": state(4_600_000) }), theirs, view, targets).targets, theirs.targets);
});

Deno.test("adopt() never takes an older state for a newer one, nor one a broken clock has dated", () => {
  const ours = snapshot({ "a/": state(900_000) });
  assert.deepEqual(adopt(ours, snapshot({ "a/": state(899_999) }), view, targets).targets, ours.targets);
  assert.deepEqual(
    adopt(ours, snapshot({ "a/": state(1_010_001), "b/": state(1_010_001) }), view, targets).targets,
    ours.targets,
  );
});

Deno.test("adopt() does not forget our own last write when the read lags behind it", () => {
  const ours = { ...snapshot({}), storedAtMs: 900_000, writes: { day: 1, byWriter: { here: 3 } } };
  const lagging = { ...snapshot({}), storedAtMs: 890_000, writes: { day: 1, byWriter: { here: 2, there: 5 } } };
  const { storedAtMs, writes } = adopt(ours, lagging, view, targets);
  assert.deepEqual({ storedAtMs, writes }, {
    storedAtMs: 900_000,
    writes: { day: 1, byWriter: { here: 3, there: 5 } },
  });
});
