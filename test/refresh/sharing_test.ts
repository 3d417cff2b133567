import assert from "node:assert/strict";
import { fleet, proberOf, REFUSED, scriptedProber } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";
import { verdict } from "../support/verdict.ts";

Deno.test("G6: load() probes each target once for a thousand readers at expiry", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a", "b", "c"]), prober });
  await loop.load();
  await loop.clock.advance(30_000);
  prober.asked.length = 0;
  const reports = await loop.clock.until(Promise.all(Array.from({ length: 1_000 }, () => loop.start())));
  assert.deepEqual(prober.asked.sort(), ["a/", "b/", "c/"]);
  assert.ok(reports.every((report) => verdict(report).status === "SERVING"));
});

Deno.test("load() drops a refresh that no longer gets anywhere, as when its request was cut off", async () => {
  const clock = createTestClock();
  let isCutOff = true;
  const prober = scriptedProber();
  const loop = createLoop({
    registry: fleet(["a"]),
    clock,
    prober: proberOf((target, options) => isCutOff ? new Promise(() => {}) : prober.probe(target, options)),
  });
  void loop.start();
  await clock.cutOff(2_999);
  isCutOff = false;
  const early = loop.start({ deadlineMs: 1 });
  await clock.advance(1);
  assert.equal(verdict(await early).status, "UNKNOWN");
  assert.equal(prober.asked.length, 0);
  assert.equal(verdict(await loop.load()).status, "SERVING");
});

Deno.test("a refresh leaves no timer behind", async () => {
  const loop = createLoop({
    registry: fleet(["a", "b", "c"]),
    prober: scriptedProber({ "b/": "hang", "c/": REFUSED }),
  });
  await loop.load();
  await loop.rest();
  assert.equal(loop.clock.sleepers(), 0);
});

Deno.test("a refresh is logged once, with names and counts only", async () => {
  const loop = createLoop({ registry: fleet(["a", "b"]), prober: scriptedProber({ "b/": REFUSED }) });
  await loop.load();
  await loop.rest();
  const logged = loop.logs[0];
  assert.ok(logged?.event === "refresh");
  const { tookMs, ...entry } = logged;
  assert.equal(tookMs, 0.95 * (200 + 400 + 800));
  assert.deepEqual(entry, {
    event: "refresh",
    place: "here",
    due: 2,
    notAttempted: 0,
    probes: 5,
    notServing: ["b/"],
    suspects: [],
    problems: [],
  });
});

Deno.test("a prober that breaks its promise and rejects is logged, and holds no target", async () => {
  let isBroken = true;
  const prober = scriptedProber();
  const loop = createLoop({
    registry: fleet(["a"]),
    prober: proberOf((target, options) => isBroken ? Promise.reject(new Error("bug")) : prober.probe(target, options)),
  });
  assert.equal(verdict(await loop.load()).status, "UNKNOWN");
  await loop.rest();
  assert.deepEqual(loop.logs, [{ event: "refresh-error", error: "Error: bug" }]);
  isBroken = false;
  assert.equal(verdict(await loop.load()).status, "SERVING");
});
