import assert from "node:assert/strict";
import { targetKey } from "../src/core/registry.ts";
import type { Snapshot } from "../src/core/snapshot.ts";
import type { SnapshotStore } from "../src/ports.ts";
import { createMemoryStore } from "../src/store/memory.ts";
import { fleet, numbered, REFUSED, scriptedProber } from "./support/fleet.ts";
import { createLoop } from "./support/loop.ts";
import { createTestClock, type TestClock } from "./support/test-clock.ts";

interface Write {
  readonly atMs: number;
  readonly before: Snapshot | undefined;
  readonly after: Snapshot;
}

/** A store that keeps a record of what each write replaced. */
function recordingStore(clock: TestClock) {
  const store = createMemoryStore();
  const writes: Write[] = [];
  const recording: SnapshotStore = {
    read: () => store.read(),
    async update(decide) {
      const before = await store.read();
      const after = await store.update(decide);
      if (after !== undefined) writes.push({ atMs: clock.nowMs(), before, after });
      return after;
    },
  };
  return { store: recording, writes };
}

const HOUR_MS = 3_600_000;
const NAMES = numbered(6);

/** Two loops on one clock and one store for an hour, each polled every 15 s; `flap` turns upstreams as time goes. */
async function hourOfTwoPlaces(
  flap: (minute: number, here: Map<string, unknown>, there: Map<string, unknown>) => void,
) {
  // The first hour of a day, when the write budget has earned the least.
  const clock = createTestClock(Date.UTC(2026, 10, 21));
  const { store, writes } = recordingStore(clock);
  const probers = [scriptedProber(), scriptedProber()] as const;
  const loops = (["here", "there"] as const).map((place, index) =>
    createLoop({ registry: fleet(NAMES), prober: probers[index] ?? probers[0], store, clock, place })
  );
  for (let atMs = 0; atMs < HOUR_MS; atMs += 7_500) {
    flap(Math.floor(atMs / 60_000), probers[0].script, probers[1].script);
    const loop = loops[(atMs / 7_500) % 2];
    await loop?.load();
    await clock.advance(7_500);
  }
  for (const loop of loops) await loop.rest();
  return { writes, loops };
}

function assertNeverOlder(writes: readonly Write[]): void {
  for (const { before, after, atMs } of writes) {
    for (const [key, state] of Object.entries(before?.targets ?? {})) {
      const written = after.targets[key];
      assert.ok(
        written !== undefined && written.checkedAtMs >= state.checkedAtMs,
        `${key} went back in time at ${atMs}`,
      );
    }
  }
}

Deno.test("two places sharing a store for an hour never overwrite a newer state with an older one", async () => {
  const { writes } = await hourOfTwoPlaces((minute, here, there) => {
    const name = targetKey(NAMES[minute % NAMES.length] ?? "", "");
    for (const script of [here, there]) {
      script.clear();
      if (minute % 3 === 0) script.set(name, REFUSED);
    }
  });
  assert.ok(writes.length > 12);
  assertNeverOlder(writes);
});

Deno.test("two places that see an upstream differently all the time write no more than two that agree", async () => {
  const { writes, loops } = await hourOfTwoPlaces((_minute, _here, there) => there.set("u0/", REFUSED));
  assertNeverOlder(writes);
  // One each for the first sight of the fleet, then one per five minutes between them.
  assert.ok(writes.length <= 2 + HOUR_MS / 300_000 + 1, `${writes.length} writes`);
  const [here, there] = await Promise.all(loops.map((loop) => loop.load()));
  assert.equal(here?.names.get("u0")?.status, "SERVING");
  assert.equal(there?.names.get("u0")?.status, "NOT_SERVING");
});

Deno.test("two places with an upstream flapping at every look stay inside the hour's share of the day's budget", async () => {
  let look = 0;
  const { writes } = await hourOfTwoPlaces((_minute, here, there) => {
    const isDown = look++ % 4 < 2;
    for (const script of [here, there]) {
      script.clear();
      if (isDown) script.set("u0/", { kind: "answered", status: "NOT_SERVING", latencyMs: 1 });
    }
  });
  assertNeverOlder(writes);
  for (const [index, { atMs }] of writes.entries()) {
    assert.ok(index === 0 || atMs - (writes[index - 1]?.atMs ?? 0) >= 10_000, "at most one write in ten seconds");
  }
  assert.ok(writes.length > 90, "the flapping wanted more than the burst");
  assert.ok(writes.length <= 90 + 810 / 24 + 1, `${writes.length} writes`);
});
