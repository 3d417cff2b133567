import assert from "node:assert/strict";
import { type DueOptions, dueTargets, requestsOf } from "../../src/core/due.ts";
import { targetsOf } from "../../src/core/registry.ts";
import { fleet, numbered, REFUSED, snapshot, state, upstream } from "../support/fleet.ts";

const view = { nowMs: 1_000_000, place: "here", bounds: { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 } };
const NO_EXTRAS: DueOptions = { isForced: () => false, isInFlight: () => false, budget: Infinity };

function keys(registry: ReturnType<typeof fleet>, known: ReturnType<typeof snapshot>, options = NO_EXTRAS): string[] {
  return dueTargets(registry, known, view, options).map(({ target }) => target.key);
}

Deno.test("dueTargets() takes those last seen answering first, then never seen, then failing, the oldest first in each", () => {
  const known = snapshot({
    "a/": state(970_000, { observation: REFUSED }),
    "b/": state(980_000),
    "c/": state(975_000),
    "e/": state(999_999),
  });
  assert.deepEqual(keys(fleet(["a", "b", "c", "d", "e"]), known), ["c/", "b/", "d/", "a/"]);
});

Deno.test("dueTargets() adds what is forced and leaves out what is in flight", () => {
  const known = snapshot({ "a/": state(999_999), "b/": state(970_000) });
  const options = { ...NO_EXTRAS, isForced: (key: string) => key === "a/", isInFlight: (key: string) => key === "b/" };
  assert.deepEqual(keys(fleet(["a", "b"]), known, options), ["a/"]);
});

Deno.test("dueTargets() gives the oldest their turn when not all can go, failing ones too", () => {
  const names = numbered(50);
  const states = names.map((
    name,
    index,
  ) => [`${name}/`, state(900_000 + index * 1_000, index < 3 ? { observation: REFUSED } : {})]);
  const due = keys(fleet(names), snapshot(Object.fromEntries(states)), { ...NO_EXTRAS, budget: 45 });
  assert.equal(due.length, 45);
  assert.deepEqual(due.slice(-3), ["u0/", "u1/", "u2/"]);
  assert.ok(!due.includes("u49/"));
});

Deno.test("dueTargets() keeps probes back to confirm suspects by, a fifth of the budget at most", () => {
  const due = (suspects: number) => {
    const states = numbered(50).map((name, index) => [`${name}/`, state(900_000, { isSuspect: index < suspects })]);
    return keys(fleet(numbered(50)), snapshot(Object.fromEntries(states)), { ...NO_EXTRAS, budget: 45 }).length;
  };
  assert.deepEqual([due(0), due(1), due(2), due(50)], [45, 42, 39, 36]);
});

Deno.test("dueTargets() takes all that tell their status for one request a protocol, and the rest by budget", () => {
  const told = (name: string, protocol: "push" | "satellite") => upstream(name, { protocol, url: "" });
  const asked = numbered(4).map((name) => upstream(name));
  const registry = {
    upstreams: [told("a", "push"), told("b", "push"), told("eu", "satellite"), ...asked],
    groups: [],
  };
  const due = (budget: number) => keys(registry, snapshot({}), { ...NO_EXTRAS, budget });
  assert.deepEqual(due(4), ["a/", "b/", "eu/", "u0/", "u1/"]);
  assert.deepEqual(due(0), []);
  assert.equal(requestsOf(targetsOf(registry)), 6);
});
