import assert from "node:assert/strict";
import { DEFAULT_KNOBS } from "../../src/core/knobs.ts";
import { EMPTY_SNAPSHOT, type Snapshot } from "../../src/core/snapshot.ts";
import type { SnapshotStore } from "../../src/ports.ts";
import { createArchive } from "../../src/refresh/archive.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { NOT_SERVING, snapshot, state } from "../support/fleet.ts";
import { createTestClock } from "../support/test-clock.ts";

/** An archive over a store whose writes wait for the test. */
function slowArchive() {
  const clock = createTestClock(Date.UTC(2026, 10, 21, 12));
  const memory = createMemoryStore();
  const gates: (() => void)[] = [];
  const store: SnapshotStore = {
    read: () => memory.read(),
    update: async (decide) => {
      const stored = await memory.read();
      const decided = decide(stored);
      await new Promise<void>((resolve) => gates.push(resolve));
      return await memory.update(() => decided);
    },
  };
  const archive = createArchive({ store, clock, knobs: DEFAULT_KNOBS.workers, isRegistered: () => true });
  return { archive, clock, memory, gates };
}

function knowing(clock: { nowMs(): number }, overrides = {}): Snapshot {
  return snapshot({ "a/": state(clock.nowMs(), overrides) });
}

Deno.test("keep() writes once for refreshes that end together, and leaves the others' news to the next", async () => {
  const { archive, clock, gates } = slowArchive();
  archive.note();
  const kept = [archive.keep(knowing(clock)), archive.keep(knowing(clock)), archive.keep(knowing(clock))];
  await clock.advance(0);
  assert.equal(gates.length, 1);
  gates[0]?.();
  assert.deepEqual((await Promise.all(kept)).map((mark) => mark?.storedAtMs), [clock.nowMs(), undefined, undefined]);
});

Deno.test("keep() does not forget news that came during a write", async () => {
  const { archive, clock, memory, gates } = slowArchive();
  archive.note();
  const first = archive.keep(knowing(clock));
  await clock.advance(0);
  archive.note();
  gates[0]?.();
  const mark = await first;
  await clock.advance(10_000);
  const second = archive.keep({ ...knowing(clock, { status: "NOT_SERVING", observation: NOT_SERVING }), ...mark });
  await clock.advance(0);
  gates[1]?.();
  await second;
  assert.equal((await memory.read())?.targets["a/"]?.status, "NOT_SERVING");
});

Deno.test("keep() writes again after a write that failed", async () => {
  const clock = createTestClock(Date.UTC(2026, 10, 21, 12));
  const memory = createMemoryStore();
  let isBroken = true;
  const store: SnapshotStore = {
    read: () => memory.read(),
    update: (decide) => isBroken ? Promise.reject(new Error("KV is down")) : memory.update(decide),
  };
  const archive = createArchive({ store, clock, knobs: DEFAULT_KNOBS.workers, isRegistered: () => true });
  archive.note();
  assert.equal(await archive.keep(knowing(clock)), undefined);
  assert.equal(archive.problems().length, 1);
  isBroken = false;
  assert.equal((await archive.keep(knowing(clock)))?.storedAtMs, clock.nowMs());
  assert.deepEqual(archive.problems(), []);
});

Deno.test("keep() stores neither targets no longer registered nor states a broken clock has dated", async () => {
  const clock = createTestClock(Date.UTC(2026, 10, 21, 12));
  const store = createMemoryStore();
  const stored = { "gone/": state(clock.nowMs()), "skewed/": state(clock.nowMs() + 3_600_000) };
  await store.update(() => ({ ...EMPTY_SNAPSHOT, targets: stored }));
  const isRegistered = (key: string) => key !== "gone/";
  const archive = createArchive({ store, clock, knobs: DEFAULT_KNOBS.workers, isRegistered });
  await archive.keep(knowing(clock));
  assert.deepEqual(Object.keys((await store.read())?.targets ?? {}), ["a/"]);
});

Deno.test("keep() counts the writes of two isolates of one place apart, so that neither's lagging read loses the other's", async () => {
  const clock = createTestClock(Date.UTC(2026, 10, 21, 12));
  const store = createMemoryStore();
  const isolates = [1, 2].map(() =>
    createArchive({ store, clock, knobs: DEFAULT_KNOBS.workers, isRegistered: () => true })
  );
  for (const archive of isolates) {
    archive.note();
    await archive.keep(knowing(clock));
    await clock.advance(10_000);
  }
  assert.deepEqual(Object.values((await store.read())?.writes.byWriter ?? {}), [1, 1]);
});
