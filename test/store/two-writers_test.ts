import assert from "node:assert/strict";
import fc from "fast-check";
import { EMPTY_SNAPSHOT, type Snapshot } from "../../src/core/snapshot.ts";
import { CHANGE_SPACING_MS } from "../../src/core/write-budget.ts";
import type { Clock, SnapshotStore } from "../../src/ports.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { createWorkersKvStore, type KvNamespace } from "../../src/store/workers-kv.ts";
import { fleet, NOT_SERVING, REFUSED, scriptedProber, SERVING } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";

const HOUR_MS = 3_600_000;
const MIDNIGHT_MS = 20_000 * 24 * HOUR_MS;

/** Small enough that an hour of flapping spends all that an hour earns: 24 at once, 9 more until one o'clock, and one begun. */
const KNOBS = { kvWritesPerDay: 240 };
const EARNED_WRITES = 34;

/** What two writers may overshoot by while each does not see the other's latest minute; 3 were the most seen. */
const UNSEEN_WRITES = 8;

/** One thing that happens: time passes, the upstreams change as one place sees them, and someone asks there or at both. */
interface Step {
  readonly waitMs: number;
  readonly readers: readonly number[];
  readonly target: string;
  readonly seen: typeof SERVING;
  /** How far reads lag behind in this step. */
  readonly lagMs: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.nat(40_000),
  readers: fc.constantFrom([0], [1], [0, 1], [1, 0]),
  target: fc.constantFrom("a/", "b/", "c/"),
  seen: fc.constantFrom(SERVING, NOT_SERVING, REFUSED),
  lagMs: fc.nat(60_000),
});

/** A write as its writer knew it. */
interface Write {
  readonly seen: Snapshot | undefined;
  readonly written: Snapshot;
}

Deno.test("two places on one atomic store make no target in it older, in an hour of changes", async () => {
  await fc.assert(
    fc.asyncProperty(steps(), async (script) => {
      const writes = await simulate(script, () => createMemoryStore());
      for (const [index, { seen, written }] of writes.entries()) {
        const before = writes[index - 1]?.written;
        assert.deepEqual(seen, before, "a write came between read and write");
        assertNoOlder(before, written);
        assert.ok(written.storedAtMs - (before?.storedAtMs ?? 0) >= CHANGE_SPACING_MS, "written too soon");
      }
      assertBusy(writes);
      assert.ok(writes.length <= EARNED_WRITES, `${writes.length} writes`);
    }),
    { numRuns: 50, endOnFailure: true },
  );
});

Deno.test("two places on a store that lags a minute make no target older than they saw it, in an hour of changes", async () => {
  await fc.assert(
    fc.asyncProperty(steps(), async (script) => {
      const writes = await simulate(script, (clock, lagMs) => createWorkersKvStore(createLaggingKv(clock, lagMs)));
      for (const { seen, written } of writes) assertNoOlder(seen, written);
      assertBusy(writes);
      assert.ok(writes.length <= EARNED_WRITES + UNSEEN_WRITES, `${writes.length} writes`);
    }),
    { numRuns: 50, endOnFailure: true },
  );
});

/** Enough for about an hour, of 20 s a step. A failing script of this length is not worth shrinking. */
function steps(): fc.Arbitrary<Step[]> {
  return fc.array(step, { minLength: 180, maxLength: 220, size: "max" });
}

/** Run the real loop at two places for an hour; returns what was written, in order. */
async function simulate(
  script: readonly Step[],
  createStore: (clock: Clock, lagMs: () => number) => SnapshotStore,
): Promise<readonly Write[]> {
  const clock = createTestClock(MIDNIGHT_MS);
  const writes: Write[] = [];
  let lagMs = 0;
  const store = watched(createStore(clock, () => lagMs), (write) => writes.push(write));
  const places = ["FRA", "CDG"].map((place) => {
    const prober = scriptedProber();
    const loop = createLoop({ registry: fleet(["a", "b", "c"]), prober, store, clock, place, knobs: KNOBS });
    return { prober, loop };
  });
  for (const { waitMs, readers, target, seen, lagMs: nextLagMs } of script) {
    await clock.advance(waitMs);
    if (clock.nowMs() >= MIDNIGHT_MS + HOUR_MS) break;
    lagMs = nextLagMs;
    const asked = readers.flatMap((reader) => places[reader] ?? []);
    asked[0]?.prober.script.set(target, seen);
    await clock.until(Promise.all(asked.map(({ loop }) => loop.start())));
    for (const { loop } of asked) await loop.rest();
  }
  return writes;
}

/** The same store, telling of each write. */
function watched(store: SnapshotStore, onWrite: (write: Write) => void): SnapshotStore {
  return {
    read: () => store.read(),
    async update(decide) {
      let seen: Snapshot | undefined;
      const written = await store.update((stored) => {
        seen = stored;
        return decide(stored);
      });
      if (written !== undefined) onWrite({ seen, written });
      return written;
    },
  };
}

/** A namespace whose reads give what was there `lagMs()` ago, a place's own writes included: the worst that KV may do. */
function createLaggingKv(clock: Clock, lagMs: () => number): KvNamespace {
  const history: { readonly atMs: number; readonly text: string }[] = [];
  return {
    get: () => Promise.resolve(history.findLast(({ atMs }) => atMs <= clock.nowMs() - lagMs())?.text ?? null),
    put(_key, text) {
      history.push({ atMs: clock.nowMs(), text });
      return Promise.resolve();
    },
  };
}

function assertNoOlder(before: Snapshot | undefined, after: Snapshot): void {
  for (const [key, { checkedAtMs }] of Object.entries((before ?? EMPTY_SNAPSHOT).targets)) {
    const left = after.targets[key]?.checkedAtMs ?? -Infinity;
    assert.ok(left >= checkedAtMs, `${key} went back by ${checkedAtMs - left} ms`);
  }
}

/** Else the hour has proved nothing. */
function assertBusy(writes: readonly Write[]): void {
  assert.ok(writes.length >= 20, `only ${writes.length} writes`);
  const writers = new Set(writes.flatMap(({ written }) => Object.keys(written.writes.byWriter)));
  assert.equal(writers.size, 2);
}
