import assert from "node:assert/strict";
import { fixedFleet } from "../../src/refresh/fixed-fleet.ts";
import { fleet, scriptedProber } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";

Deno.test("a window begins and ends between two reads to the millisecond, though nothing else changes", async () => {
  const clock = createTestClock();
  const fromMs = clock.nowMs() + 1_000;
  const window = { id: "w", name: "a", fromMs, untilMs: fromMs + 1_000, reason: "new disks" };
  const registry = fleet(["a", "b"]);
  const fleets = fixedFleet(registry, { maintenance: [window] });
  const loop = createLoop({ registry, fleets, prober: scriptedProber(), clock });
  const seen: (string | undefined)[] = [];
  await loop.load();
  for (const ms of [999, 1, 999, 1]) {
    await clock.advance(ms);
    seen.push((await loop.start()).names.get("a")?.status);
  }
  assert.deepEqual(seen, ["SERVING", "NOT_SERVING", "NOT_SERVING", "SERVING"]);
  await loop.rest();
});
