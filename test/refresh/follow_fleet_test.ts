import assert from "node:assert/strict";
import type { Upstream } from "../../src/core/registry.ts";
import type { FleetSource } from "../../src/ports.ts";
import { fixedFleet } from "../../src/refresh/fixed-fleet.ts";
import { fleet, scriptedProber, upstream } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createScriptedWatcher } from "../support/scripted-watcher.ts";
import { createTestClock } from "../support/test-clock.ts";

Deno.test("a fleet that changes elsewhere cuts no Watch stream, and one whose watched upstream is another begins anew", async () => {
  const watched = upstream("a", { isWatched: true, ttlMs: 600_000 });
  let current = fixedFleet({ upstreams: [watched], groups: [] });
  const become = (...upstreams: Upstream[]) => void (current = fixedFleet({ upstreams, groups: [] }));
  const fleets: FleetSource = { current: () => current.current(), age: () => "fresh", renew: () => Promise.resolve() };
  const clock = createTestClock();
  const watcher = createScriptedWatcher(clock);
  const loop = createLoop({ registry: fleet([]), fleets, prober: scriptedProber(), clock, watcher });
  const stop = new AbortController();
  const following = loop.follow(stop.signal);
  await clock.advance(0);
  watcher.say("a/", "SERVING");
  for (let change = 0; change < 50; change++) {
    become({ ...watched }, upstream(`b${change}`));
    await loop.load();
    await clock.advance(20);
  }
  assert.deepEqual([watcher.begun("a/").length, loop.watchLogs.length], [1, 1]);
  become({ ...watched, headers: { authorization: "another" } });
  await loop.load();
  await clock.advance(0);
  assert.deepEqual([watcher.begun("a/").length, watcher.isOpen("a/")], [2, true]);
  stop.abort();
  await clock.until(following);
  await loop.rest();
});
