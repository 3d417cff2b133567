import assert from "node:assert/strict";
import { fleet, NOT_SERVING, REFUSED, scriptedProber, SERVING, upstream } from "./support/fleet.ts";
import { createLoop } from "./support/loop.ts";
import { verdict } from "./support/verdict.ts";

const START_MS = 1_000_000_000;

Deno.test("load() answers first of all from real probes when nothing is known", async () => {
  const prober = scriptedProber({ "b/": NOT_SERVING });
  const loop = createLoop({ registry: fleet(["a", "b"]), prober });
  const report = await loop.load();
  assert.deepEqual(prober.asked, ["a/", "b/"]);
  assert.equal(verdict(report, "a").status, "SERVING");
  assert.equal(verdict(report).status, "NOT_SERVING");
  assert.equal(loop.clock.nowMs(), START_MS);
});

Deno.test("load() asks nothing again while every state is fresh", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a", "b"]), prober });
  await loop.load();
  await loop.clock.advance(14_999);
  await loop.load();
  assert.equal(prober.asked.length, 2);
});

Deno.test("G5: load() keeps a failure as long as a success", async () => {
  const prober = scriptedProber({ "a/": REFUSED });
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  prober.script.set("a/", SERVING);
  prober.asked.length = 0;
  await loop.clock.advance(14_999);
  assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
  assert.equal(prober.asked.length, 0);
});

Deno.test("load() answers at once from a stale state and refreshes behind the answer", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  prober.script.set("a/", NOT_SERVING);
  await loop.clock.advance(15_000);
  assert.equal(verdict(await loop.load()).status, "SERVING");
  await loop.rest();
  assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
});

Deno.test("load() waits for a fresh state when the caller accepts nothing less", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  prober.script.set("a/", NOT_SERVING);
  await loop.clock.advance(15_000);
  assert.equal(verdict(await loop.load({ accept: "fresh" })).status, "NOT_SERVING");
});

Deno.test("load() answers by the deadline, says what is late, and learns the rest behind", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a", "b"]), prober });
  await loop.load();
  prober.script.set("b/", "hang");
  await loop.clock.advance(30_000);
  const askedMs = loop.clock.nowMs();
  const report = await loop.load({ deadlineMs: 400 });
  assert.equal(loop.clock.nowMs() - askedMs, 400 - 50, "a margin before the caller's own deadline");
  assert.deepEqual(report.targets.map(({ status, isLate }) => ({ status, isLate })), [
    { status: "SERVING", isLate: false },
    { status: "SERVING", isLate: true },
  ]);
  await loop.rest();
  assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
});

Deno.test("load() never gives an old green when the refresh of an expired state does not finish", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  prober.script.set("a/", "hang");
  await loop.clock.advance(600_000);
  assert.equal(verdict(await loop.load({ deadlineMs: 100 })).status, "UNKNOWN");
  await loop.rest();
});

Deno.test("load() lets strangers force a probe of a target once in 5 s, and a trusted caller always", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  await loop.load({ isForced: true });
  assert.equal(prober.asked.length, 1);
  await loop.load({ isForced: true, isTrusted: true });
  assert.equal(prober.asked.length, 2);
  await loop.clock.advance(5_000);
  await loop.load({ isForced: true });
  assert.equal(prober.asked.length, 3);
});

Deno.test("load() does not keep an old green when the clock steps back", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  await loop.load();
  loop.clock.stepBack(3_600_000);
  prober.script.set("a/", REFUSED);
  assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
});

Deno.test("load() keeps since of an upstream whose ttl is longer than the fleet's states live", async () => {
  const registry = { upstreams: [upstream("a", { ttlMs: 900_000 })], groups: [] };
  const loop = createLoop({ registry, prober: scriptedProber() });
  await loop.load();
  await loop.clock.advance(1_000_000);
  await loop.load();
  await loop.rest();
  assert.equal(verdict(await loop.load()).sinceMs, START_MS);
});
