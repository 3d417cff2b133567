import assert from "node:assert/strict";
import type { Report } from "../../src/core/report.ts";
import { HOPS_MAX } from "../../src/core/report.ts";
import type { Prober } from "../../src/ports.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fleet, scriptedProber } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";

/** What one Rollcall sees of another whose fleet has this report. */
function seen({ names }: Report) {
  return { kind: "answered", status: names.get("")?.status ?? "UNKNOWN", latencyMs: 0 } as const;
}

Deno.test("two Rollcalls that watch each other ask each other once, and do not wait in a circle", async () => {
  const clock = createTestClock();
  const asked: string[] = [];
  /** Probes the other Rollcall as a request does: it is told how many came before it. */
  const proberOf = (name: string, other: () => ReturnType<typeof createLoop>): Prober => ({
    begin: (hops) => ({
      probe: async () => {
        asked.push(`${name} at ${hops + 1}`);
        return seen(await other().begin()({ hops: hops + 1 }));
      },
      end: () => {},
    }),
  });
  const a: ReturnType<typeof createLoop> = createLoop({
    registry: fleet(["b"]),
    clock,
    prober: proberOf("a", () => b),
  });
  const b: ReturnType<typeof createLoop> = createLoop({
    registry: fleet(["a"]),
    clock,
    prober: proberOf("b", () => a),
  });
  const startedMs = clock.nowMs();
  const report = await a.load();
  assert.deepEqual(asked, ["a at 1", "b at 2"]);
  assert.equal(clock.nowMs(), startedMs, "nobody waited for a deadline");
  assert.equal(report.names.get("")?.status, "UNKNOWN", "what only rests on itself is not green");
  await Promise.all([a.rest(), b.rest()]);
});

Deno.test("load() answers a question that came through many Rollcalls from what another isolate stored", async () => {
  const store = createMemoryStore();
  const clock = createTestClock();
  const first = createLoop({ registry: fleet(["a"]), prober: scriptedProber(), store, clock });
  await first.load();
  await first.rest();
  const prober = scriptedProber();
  const second = createLoop({ registry: fleet(["a"]), prober, store, clock });
  assert.equal((await second.load({ hops: HOPS_MAX })).names.get("")?.status, "SERVING");
  assert.deepEqual(prober.asked, []);
});

Deno.test("load() answers a question that came through many Rollcalls from what it knows", async () => {
  const prober = scriptedProber();
  const loop = createLoop({ registry: fleet(["a"]), prober });
  assert.equal((await loop.load({ hops: HOPS_MAX })).names.get("")?.status, "UNKNOWN");
  assert.deepEqual(prober.asked, []);
  assert.equal((await loop.load({ hops: HOPS_MAX - 1 })).names.get("")?.status, "SERVING");
  assert.equal((await loop.load({ hops: HOPS_MAX, isForced: true })).names.get("")?.status, "SERVING");
  assert.deepEqual(prober.asked, ["a/"]);
  await loop.rest();
});
