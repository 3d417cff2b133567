import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { EMPTY_SNAPSHOT, type Snapshot } from "../../src/core/snapshot.ts";
import { createDenoKvStore } from "../../src/store/deno-kv.ts";
import { fleetOf, snapshotStoreContract } from "../contract/snapshot-store.ts";

const HEAD_KEY = ["rollcall", "snapshot"];

/** 3 000 targets take more than the 800 KiB of one atomic operation. */
const STAGED_FLEET = fleetOf(3_000);

snapshotStoreContract("createDenoKvStore() in memory", async () => {
  const kv = await Deno.openKv(":memory:");
  return {
    store: createDenoKvStore(kv, systemClock),
    plant: (text) => plant(kv, text),
    close: () => Promise.resolve(kv.close()),
  };
}, { isAtomic: true });

snapshotStoreContract("createDenoKvStore() in a file", async () => {
  const folder = await Deno.makeTempDir();
  const kv = await Deno.openKv(`${folder}/rollcall.kv`);
  const close = () => {
    kv.close();
    return Deno.remove(folder, { recursive: true });
  };
  return { store: createDenoKvStore(kv, systemClock), plant: (text) => plant(kv, text), close };
}, { isAtomic: true });

Deno.test("createDenoKvStore() reads after reopening what was stored before", async () => {
  const folder = await Deno.makeTempDir();
  for (const fleet of [undefined, STAGED_FLEET]) {
    const kv = await Deno.openKv(`${folder}/rollcall.kv`);
    assert.deepEqual(await createDenoKvStore(kv, systemClock).read(), fleet);
    await createDenoKvStore(kv, systemClock).update(() => STAGED_FLEET);
    kv.close();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("update() on Deno KV loses nothing when two connections write one file at once", async () => {
  const folder = await Deno.makeTempDir();
  const kvs = await Promise.all([1, 2].map(() => Deno.openKv(`${folder}/rollcall.kv`)));
  const updates = kvs.map(async (kv, connection) => {
    for (let index = 0; index < 20; index++) {
      await createDenoKvStore(kv, systemClock).update((stored = EMPTY_SNAPSHOT) => ({
        ...stored,
        writes: { day: 1, byWriter: { ...stored.writes.byWriter, [`${connection}-${index}`]: 1 } },
      }));
    }
  });
  await Promise.all(updates);
  for (const kv of kvs) {
    const { writes } = await createDenoKvStore(kv, systemClock).read() ?? EMPTY_SNAPSHOT;
    assert.equal(Object.keys(writes.byWriter).length, 40);
    kv.close();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("createDenoKvStore() keeps the chunks of one generation only", async () => {
  await withKv(async (kv) => {
    const store = createDenoKvStore(kv, systemClock);
    await store.update(() => STAGED_FLEET);
    const large = (await keysOf(kv)).length;
    await store.update(() => fleetOf(1));
    assert.ok(large > 14, `${large} keys`);
    assert.equal((await keysOf(kv)).length, 2);
  });
});

Deno.test("update() on Deno KV leaves nothing staged when another writer came first", async () => {
  await withKv(async (kv) => {
    const store = createDenoKvStore(kv, systemClock);
    await store.update(() => STAGED_FLEET);
    const alone = (await keysOf(kv)).length;
    await Promise.all([1, 2, 3].map(() => store.update(() => STAGED_FLEET)));
    assert.equal((await keysOf(kv)).length, alone);
  });
});

Deno.test("read() on Deno KV is undefined, never wrong, when any one chunk is missing or short", async () => {
  await withKv(async (kv) => {
    const store = createDenoKvStore(kv, systemClock);
    await store.update(() => STAGED_FLEET);
    const chunkKeys = (await keysOf(kv)).filter((key) => key.length > HEAD_KEY.length);
    for (const key of chunkKeys) {
      const { value } = await kv.get<Uint8Array>(key);
      await kv.delete(key);
      assert.equal(await store.read(), undefined);
      await kv.set(key, value?.slice(1));
      assert.equal(await store.read(), undefined);
      await kv.set(key, value);
    }
    assert.deepEqual(await store.read(), STAGED_FLEET);
    await kv.delete(chunkKeys[0] ?? []);
    await store.update((stored) => stored ?? fleetOf(2));
    assert.deepEqual(await store.read(), fleetOf(2));
  });
});

const BROKEN_HEADS: readonly unknown[] = [
  "text",
  7n,
  {},
  { generation: "g", chunkCount: 1e9, byteCount: 1e14 },
  { generation: "g", chunkCount: 2, byteCount: 10 },
  { generation: "g", chunkCount: -1, byteCount: -1 },
];

for (const [index, head] of BROKEN_HEADS.entries()) {
  Deno.test(`read() on Deno KV ignores a broken head, and update() overwrites it, case ${index}`, async () => {
    await withKv(async (kv) => {
      const store = createDenoKvStore(kv, systemClock);
      await kv.set(HEAD_KEY, head);
      assert.equal(await store.read(), undefined);
      await store.update(() => fleetOf(1));
      assert.deepEqual(await store.read(), fleetOf(1));
    });
  });
}

Deno.test("read() on Deno KV sees one whole snapshot at any time while a writer replaces it", async () => {
  await withKv(async (kv) => {
    const store = createDenoKvStore(kv, systemClock);
    await store.update(() => fleetOf(3_000, 1_000_001));
    const times = new Set<number>();
    let isWriting = true;
    const reader = async () => {
      while (isWriting) {
        const states = Object.values((await store.read())?.targets ?? {});
        assert.equal(states.length, 3_000);
        assert.equal(new Set(states.map(({ checkedAtMs }) => checkedAtMs)).size, 1);
        times.add(states[0]?.checkedAtMs ?? 0);
      }
    };
    const writer = async () => {
      for (let round = 2; round <= 12; round++) await store.update(() => fleetOf(3_000, 1_000_000 + round));
      isWriting = false;
    };
    await Promise.all([reader(), reader(), writer()]);
    assert.ok(times.size > 1, "the readers never met the writer");
  });
});

Deno.test("update() on Deno KV runs decide again on what another writer stored meanwhile", async () => {
  await withKv(async (kv) => {
    const seen: (number | undefined)[] = [];
    const store = createDenoKvStore(interrupted(kv, { times: 2 }), systemClock);
    await store.update((stored) => {
      seen.push(stored?.storedAtMs);
      return fleetOf(1, 5_000);
    });
    assert.deepEqual(seen, [undefined, 1_001, 1_002]);
    assert.equal((await store.read())?.storedAtMs, 5_000);
  });
});

Deno.test("update() on Deno KV rejects when another writer comes first again and again", async () => {
  await withKv(async (kv) => {
    const store = createDenoKvStore(interrupted(kv, { times: Infinity }), systemClock);
    await assert.rejects(store.update(() => fleetOf(1, 5_000)), /Cannot store the snapshot: another writer came first/);
  });
});

Deno.test("update() on Deno KV refuses a snapshot of more than 24 MB before it writes anything", async () => {
  await withKv(async (kv) => {
    const store = createDenoKvStore(kv, systemClock);
    const huge = { ...EMPTY_SNAPSHOT, writes: { day: 1, byWriter: { ["x".repeat(25_000_000)]: 1 } } };
    await assert.rejects(store.update(() => huge), /Cannot store the snapshot: 250\d{5} bytes are more than 24576000/);
    assert.deepEqual(await keysOf(kv), []);
  });
});

Deno.test("update() on Deno KV replaces a snapshot close to the largest by another", async () => {
  await withKv(async (kv) => {
    const store = createDenoKvStore(kv, systemClock);
    for (const letter of ["x", "y"]) {
      const large: Snapshot = { ...EMPTY_SNAPSHOT, writes: { day: 1, byWriter: { [letter.repeat(24_500_000)]: 1 } } };
      await store.update(() => large);
      assert.deepEqual(await store.read(), large);
    }
    assert.equal((await keysOf(kv)).length, 400);
  });
});

async function withKv(run: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  try {
    await run(kv);
  } finally {
    kv.close();
  }
}

/** The layout that the store reads: one head, and chunks under its generation. */
async function plant(kv: Deno.Kv, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  await kv.set([...HEAD_KEY, "planted", 0], bytes);
  await kv.set(HEAD_KEY, { generation: "planted", chunkCount: 1, byteCount: bytes.length });
}

/** The same database, but another writer stores a fleet of its own right before each of the first `times` commits. */
function interrupted(kv: Deno.Kv, { times }: { times: number }): Deno.Kv {
  let count = 0;
  return new Proxy(kv, {
    get(target, name) {
      if (name !== "atomic") return Reflect.get(target, name).bind(target);
      return () => {
        const operation = target.atomic();
        const commit = operation.commit.bind(operation);
        operation.commit = async () => {
          if (count < times) await createDenoKvStore(target, systemClock).update(() => fleetOf(1, 1_000 + ++count));
          return await commit();
        };
        return operation;
      };
    },
  });
}

async function keysOf(kv: Deno.Kv): Promise<Deno.KvKey[]> {
  return (await Array.fromAsync(kv.list({ prefix: ["rollcall"] }))).map(({ key }) => key);
}
