import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { Fleet } from "../../src/core/fleet.ts";
import type { Registry } from "../../src/core/registry.ts";
import { HOPS_MAX } from "../../src/core/report.ts";
import type { FleetAge, FleetSource } from "../../src/ports.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fleet, REFUSED, scriptedProber, upstream } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";

/** A fleet that a test changes. */
function changingFleet(first: Registry) {
  const fleetOf = (registry: Registry): Fleet => ({
    registry,
    maintenance: [],
    isRegistryInvalid: false,
    problems: [],
  });
  let fleet = fleetOf(first);
  let next: Fleet | undefined;
  let age: FleetAge = "fresh";
  let renewals = 0;
  const source: FleetSource = {
    current: () => fleet,
    age: () => age,
    renew: async () => {
      renewals++;
      // Who does not wait for it does not have it.
      await setImmediate();
      fleet = next ?? fleet;
      age = "fresh";
    },
  };
  return {
    source,
    renewals: () => renewals,
    become: (registry: Registry) => void (fleet = fleetOf(registry)),
    /** What the next look shows. */
    willBe: (registry: Registry, how: FleetAge) => {
      next = fleetOf(registry);
      age = how;
    },
  };
}

Deno.test("an upstream that is removed has no influence on the very next verdict", async () => {
  const fleets = changingFleet(fleet(["a", "b"]));
  const loop = createLoop({ registry: fleet([]), fleets: fleets.source, prober: scriptedProber({ "b/": REFUSED }) });
  assert.equal((await loop.load()).names.get("")?.status, "NOT_SERVING");
  fleets.become(fleet(["a"]));
  const report = await loop.load();
  assert.equal(report.names.get("")?.status, "SERVING");
  assert.equal(report.names.has("b"), false);
  await loop.rest();
});

Deno.test("an upstream that is added is probed before the next verdict", async () => {
  const fleets = changingFleet(fleet(["a"]));
  const loop = createLoop({ registry: fleet([]), fleets: fleets.source, prober: scriptedProber({ "b/": REFUSED }) });
  await loop.load();
  fleets.become(fleet(["a", "b"]));
  assert.equal((await loop.load()).names.get("b")?.status, "NOT_SERVING");
  await loop.rest();
});

Deno.test("an upstream registered anew at another address inherits nothing, from memory or from the store", async () => {
  const store = createMemoryStore();
  const moved = { upstreams: [upstream("b", { url: "https://elsewhere.example.com" })], groups: [] };
  const prober = scriptedProber({ "b/": REFUSED });
  const fleets = changingFleet(fleet(["b"]));
  const loop = createLoop({ registry: fleet([]), fleets: fleets.source, prober, store });
  assert.equal((await loop.load()).names.get("b")?.status, "NOT_SERVING");
  await loop.rest();
  assert.equal((await store.read())?.targets["b/"]?.status, "NOT_SERVING");
  prober.script.delete("b/");
  fleets.become(moved);
  assert.equal((await loop.load()).names.get("b")?.status, "SERVING");
  await loop.rest();
  const other = createLoop({ registry: moved, prober, store, clock: loop.clock });
  assert.equal((await other.load({ hops: HOPS_MAX })).names.get("b")?.status, "UNKNOWN");
  await other.rest();
});

Deno.test("a probe that was under way when its upstream moved is not learned", async () => {
  const prober = scriptedProber({ "b/": "hang" });
  const fleets = changingFleet(fleet(["b"]));
  const loop = createLoop({ registry: fleet([]), fleets: fleets.source, prober });
  const asked = loop.start();
  fleets.become({ upstreams: [upstream("b", { url: "https://elsewhere.example.com" })], groups: [] });
  prober.script.delete("b/");
  await loop.clock.until(asked);
  await loop.rest();
  assert.equal((await loop.load()).names.get("b")?.status, "SERVING");
  await loop.rest();
});

Deno.test("load() waits for a fleet that was never read, or long ago, and looks behind its answer at one that may have changed", async () => {
  const fleets = changingFleet(fleet(["a"]));
  const loop = createLoop({ registry: fleet([]), fleets: fleets.source, prober: scriptedProber() });
  fleets.willBe(fleet(["b"]), "overdue");
  assert.deepEqual([...(await loop.load()).names.keys()].includes("b"), true);
  fleets.willBe(fleet(["c"]), "stale");
  await loop.load();
  assert.equal(fleets.renewals(), 2);
  await loop.rest();
  assert.equal((await loop.load()).names.has("c"), true);
  fleets.willBe(fleet(["d"]), "stale");
  assert.equal((await loop.load({ isForced: true })).names.get("d")?.status, "SERVING");
  await loop.rest();
});

Deno.test("load() answers by its deadline, however long reading the fleet takes of it", async () => {
  const { source } = changingFleet(fleet(["a"]));
  const clock = createTestClock();
  const fleets: FleetSource = { ...source, age: () => "overdue", renew: () => clock.sleep(1_000) };
  const prober = scriptedProber({ "a/": "hang" });
  for (const deadlineMs of [1_500, 60_000]) {
    const loop = createLoop({ registry: fleet([]), fleets, prober, clock });
    const startedMs = clock.nowMs();
    await loop.load({ deadlineMs, isForced: true });
    assert.ok(clock.nowMs() - startedMs < Math.min(deadlineMs, 2_500), `${deadlineMs}: ${clock.nowMs() - startedMs}`);
    await loop.rest();
  }
});
