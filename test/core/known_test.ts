import assert from "node:assert/strict";
import { knownOf } from "../../src/core/known.ts";
import type { Negotiation, Observation } from "../../src/core/observation.ts";
import { targetsOf } from "../../src/core/registry.ts";
import { REFUSED, SERVING, snapshot, state, upstream } from "../support/fleet.ts";

const auto = { upstreams: [upstream("a", { protocol: "auto", services: ["", "x"] })], groups: [] };
const [whole, x] = targetsOf(auto);
const PINNED: Negotiation = { protocol: "grpc", tried: [] };
const NONE: Negotiation = { tried: [{ protocol: "connect", seen: "HTTP 500" }] };

function known(states: Readonly<Record<string, Observation>>) {
  const targets = Object.entries(states).map(([key, observation]) => [key, state(1_000, { observation })]);
  assert.ok(x && whole);
  return knownOf(x, snapshot(Object.fromEntries(targets)));
}

Deno.test("knownOf() has a target's own negotiation before that of its upstream's others", () => {
  assert.deepEqual(known({ "a/x": { ...REFUSED, negotiation: NONE }, "a/": { ...SERVING, negotiation: PINNED } }), {
    negotiation: NONE,
    isFailing: true,
  });
});

Deno.test("knownOf() takes the protocol that another service of the upstream answered in", () => {
  assert.deepEqual(known({ "a/": { ...SERVING, negotiation: PINNED } }), { negotiation: PINNED, isFailing: false });
  assert.deepEqual(known({ "a/": { ...REFUSED, negotiation: NONE } }), { isFailing: false });
});

Deno.test("knownOf() forgets that there is no list once a probe failed", () => {
  assert.equal(
    known({ "a/x": { kind: "answered", status: "SERVING", hasNoList: true, latencyMs: 1 } }).hasNoList,
    true,
  );
  assert.equal(known({ "a/x": REFUSED }).hasNoList, undefined);
});
