import assert from "node:assert/strict";
import { EMPTY_SNAPSHOT, type Snapshot, SNAPSHOT_VERSION } from "../../src/core/snapshot.ts";
import type { SnapshotStore } from "../../src/ports.ts";

/** An empty store, and what the contract needs to know of it. */
export interface StoreUnderTest {
  readonly store: SnapshotStore;
  /** Put a raw text where the store keeps its own; absent where nobody but the store itself can write. */
  readonly plant?: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What differs between stores. */
export interface ContractOptions {
  /** No update is lost when several run at once. */
  readonly isAtomic: boolean;
  /** Passed to `Deno.test`; default both on. */
  readonly sanitizers?: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources">;
}

/** Register the tests that every `SnapshotStore` passes. `createStore` is called once for each test. */
export function snapshotStoreContract(
  name: string,
  createStore: () => Promise<StoreUnderTest>,
  { isAtomic, sanitizers = {} }: ContractOptions,
): void {
  const cases = { ...CASES, ...(isAtomic ? ATOMIC_CASES : {}) };
  for (const [title, run] of Object.entries(cases)) {
    Deno.test(`${name} ${title}`, sanitizers, async () => {
      const underTest = await createStore();
      try {
        await run(underTest);
      } finally {
        await underTest.close();
      }
    });
  }
}

/** A snapshot of `count` targets as a refresh leaves them, failures with long messages among them. */
export function fleetOf(count: number, checkedAtMs = 1_750_000_000_000): Snapshot {
  const failed = { kind: "failed", failure: "unavailable", message: "é".repeat(240), latencyMs: 12.5 } as const;
  const answered = { kind: "answered", status: "SERVING", latencyMs: 3 } as const;
  const targets = Array.from({ length: count }, (_, index) => {
    const observation = index % 10 === 0 ? failed : answered;
    return [`upstream-${index}/acme.Service`, {
      status: index % 10 === 0 ? "NOT_SERVING" : "SERVING",
      sinceMs: checkedAtMs - 1_000,
      checkedAtMs,
      place: "FRA",
      observation,
      attempts: [observation],
      isSuspect: false,
      isDownByFailure: index % 10 === 0,
      rises: 0,
    }] as const;
  });
  return {
    targets: Object.fromEntries(targets),
    storedAtMs: checkedAtMs,
    writes: { day: 20_000, byWriter: { FRA: 1 } },
  };
}

type Cases = Readonly<Record<string, (underTest: StoreUnderTest) => Promise<void>>>;

const CASES: Cases = {
  async "read() is undefined when nothing is stored"({ store }) {
    assert.equal(await store.read(), undefined);
  },

  async "read() gives what update() stored, and update() what decide returned"({ store }) {
    const fleet = fleetOf(3);
    assert.deepEqual(await store.update(() => fleet), fleet);
    assert.deepEqual(await store.read(), fleet);
  },

  async "update() shows decide what is stored"({ store }) {
    const seen: (Snapshot | undefined)[] = [];
    for (const next of [fleetOf(1), fleetOf(2), fleetOf(3)]) {
      await store.update((stored) => {
        seen.push(stored);
        return next;
      });
    }
    assert.deepEqual(seen, [undefined, fleetOf(1), fleetOf(2)]);
  },

  async "update() stores nothing when decide returns undefined"({ store }) {
    assert.equal(await store.update(() => undefined), undefined);
    assert.equal(await store.read(), undefined);
    await store.update(() => fleetOf(1));
    assert.equal(await store.update(() => undefined), undefined);
    assert.deepEqual(await store.read(), fleetOf(1));
  },

  async "update() rejects and stores nothing when decide throws"({ store }) {
    await store.update(() => fleetOf(1));
    const broken = () => {
      throw new Error("undecided");
    };
    await assert.rejects(store.update(broken), /undecided/);
    assert.deepEqual(await store.read(), fleetOf(1));
  },

  async "read() shares no object with what was stored or read before"({ store }) {
    const fleet = fleetOf(1);
    await store.update(() => fleet);
    const [first, second] = [await store.read(), await store.read()];
    assert.notEqual(first?.targets, fleet.targets);
    assert.notEqual(first?.targets, second?.targets);
  },

  async "read() gives back a fleet of 2 000 targets, and then a small one"({ store }) {
    for (const fleet of [fleetOf(2_000), fleetOf(1), fleetOf(2_000), EMPTY_SNAPSHOT]) {
      await store.update(() => fleet);
      assert.deepEqual(await store.read(), fleet);
    }
  },

  async "read() ignores a value it cannot read, and update() overwrites it"({ store, plant }) {
    if (plant === undefined) return;
    const older = JSON.stringify({ ...fleetOf(1), version: SNAPSHOT_VERSION - 1 });
    for (const text of ["garbage", "{}", "null", older]) {
      await plant(text);
      assert.equal(await store.read(), undefined, text);
      await store.update((stored) => stored ?? fleetOf(2));
      assert.deepEqual(await store.read(), fleetOf(2));
    }
  },

  async "read() takes a good value that another version of the code stored"({ store, plant }) {
    if (plant === undefined) return;
    await plant(JSON.stringify({ version: SNAPSHOT_VERSION, ...fleetOf(1) }));
    assert.deepEqual(await store.read(), fleetOf(1));
  },
};

const ATOMIC_CASES: Cases = {
  async "update() loses nothing when many run at once"({ store }) {
    const places = Array.from({ length: 16 }, (_, index) => `place-${index}`);
    await Promise.all(places.map((place) =>
      store.update((stored = EMPTY_SNAPSHOT) => ({
        ...stored,
        writes: { day: 1, byWriter: { ...stored.writes.byWriter, [place]: 1 } },
      }))
    ));
    const { writes } = await store.read() ?? EMPTY_SNAPSHOT;
    assert.deepEqual(Object.keys(writes.byWriter).sort(), places.sort());
  },
};
