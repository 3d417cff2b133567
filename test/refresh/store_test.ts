import assert from "node:assert/strict";
import { STORE_PROBLEM } from "../../src/refresh/archive.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fleet, NOT_SERVING, scriptedProber, snapshot, state } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";
import { verdict } from "../support/verdict.ts";

const START_MS = 1_000_000_000;

Deno.test("load() answers from live probes and says so when the store fails on every call", async () => {
  const broken = () => Promise.reject(new Error("KV is down"));
  const loop = createLoop({
    registry: fleet(["a"]),
    prober: scriptedProber(),
    store: { read: broken, update: broken },
  });
  const report = await loop.load();
  assert.equal(verdict(report).status, "SERVING");
  assert.deepEqual(report.problems, [STORE_PROBLEM]);
});

Deno.test("load() does not wait longer than a second for a store that hangs", async () => {
  const hung = () => new Promise<never>(() => {});
  const loop = createLoop({ registry: fleet(["a"]), prober: scriptedProber(), store: { read: hung, update: hung } });
  const report = await loop.load();
  assert.equal(loop.clock.nowMs() - START_MS, 1_000);
  assert.equal(verdict(report).status, "SERVING");
  await loop.rest();
});

for (const [ageMs, probes] of [[14_999, 0], [29_999, 1], [30_000, 1]] as const) {
  Deno.test(`load() after a restart uses a stored state of ${ageMs} ms as its age allows`, async () => {
    const store = createMemoryStore();
    const clock = createTestClock();
    await store.update(() => ({
      targets: { "a/": state(clock.nowMs() - ageMs, { status: "NOT_SERVING", observation: NOT_SERVING }) },
      storedAtMs: clock.nowMs() - ageMs,
      writes: { day: 0, byWriter: {} },
    }));
    const prober = scriptedProber();
    const loop = createLoop({ registry: fleet(["a"]), prober, store, clock });
    const report = await loop.load();
    assert.equal(verdict(report).status, ageMs < 30_000 ? "NOT_SERVING" : "SERVING");
    await loop.rest();
    assert.equal(prober.asked.length, probes);
  });
}

Deno.test("load() treats what another place stored as stale at best", async () => {
  const store = createMemoryStore();
  const clock = createTestClock();
  const there = createLoop({
    registry: fleet(["a"]),
    prober: scriptedProber({ "a/": NOT_SERVING }),
    store,
    clock,
    place: "there",
  });
  await there.load();
  await there.rest();
  const prober = scriptedProber();
  const here = createLoop({ registry: fleet(["a"]), prober, store, clock });
  assert.equal(verdict(await here.load()).status, "NOT_SERVING");
  await here.rest();
  assert.deepEqual(prober.asked, ["a/"]);
  assert.equal(verdict(await here.load()).status, "SERVING");
});

Deno.test("load() keeps what the store knows of since when a forced refresh is the first thing it does", async () => {
  const store = createMemoryStore();
  const clock = createTestClock();
  const sinceMs = clock.nowMs() - 86_400_000;
  await store.update(() => ({ ...snapshot({ "a/": state(clock.nowMs() - 60_000, { sinceMs }) }), storedAtMs: 1 }));
  const loop = createLoop({ registry: fleet(["a"]), prober: scriptedProber(), store, clock });
  assert.equal(verdict(await loop.load({ isForced: true })).sinceMs, sinceMs);
});

Deno.test("load() tells when the snapshot was stored and read back, and when a refresh nobody asked for began", async () => {
  const store = createMemoryStore();
  const clock = createTestClock();
  const options = { registry: fleet(["a"]), prober: scriptedProber(), store, clock };
  const here = createLoop(options);
  assert.deepEqual((await here.load()).store, {
    kind: "memory",
    storedAtMs: 0,
    readAtMs: undefined,
    scheduledAtMs: undefined,
  });
  await here.rest();
  await here.load({ isScheduled: true, isForced: true });
  await here.rest();
  const scheduledAtMs = clock.nowMs();
  await clock.advance(300_000);
  await here.load({ accept: "fresh" });
  await here.rest();
  const storedAtMs = clock.nowMs();
  const there = createLoop({ ...options, place: "there" });
  const told = { kind: "memory", storedAtMs, scheduledAtMs };
  assert.deepEqual((await there.load()).store, { ...told, readAtMs: storedAtMs });
});

Deno.test("load() reads the store when the operator forces it, and not for a stranger", async () => {
  const clock = createTestClock();
  const loop = createLoop({ registry: fleet(["a"]), prober: scriptedProber(), clock });
  await loop.load();
  await loop.rest();
  await clock.advance(10_000);
  await loop.load({ isForced: true });
  await loop.rest();
  assert.equal((await loop.load()).store.readAtMs, undefined);
  assert.equal((await loop.load({ isForced: true, isTrusted: true })).store.readAtMs, clock.nowMs());
  await loop.rest();
});
