import assert from "node:assert/strict";
import { createLaggingKv } from "../../../bench/truth/lagging-kv.ts";
import { createVirtualClock } from "../../../bench/truth/virtual-clock.ts";
import { EMPTY_SNAPSHOT, type Snapshot } from "../../../src/core/snapshot.ts";

/** A KV whose every chance is the middle, and what each read gave, by when. */
function laggingKv() {
  const clock = createVirtualClock(0);
  const kv = createLaggingKv(clock, () => 0.5);
  const readAt = async (place: number, atMs: number): Promise<Snapshot | undefined> => {
    await clock.runUntil(atMs);
    let read: Snapshot | undefined;
    void kv.at(place).read().then((value) => read = value);
    await clock.runUntil(atMs + 100);
    return read;
  };
  return { clock, kv, readAt };
}

const WRITTEN: Snapshot = { ...EMPTY_SNAPSHOT, storedAtMs: 1 };

Deno.test("createLaggingKv() shows a write where it was made, and elsewhere only after its lag", async () => {
  const { clock, kv, readAt } = laggingKv();
  void kv.at(0).update(() => WRITTEN);
  await clock.runUntil(1_000);
  assert.equal(await readAt(0, 31_000), WRITTEN);
  assert.equal(await readAt(1, 1_000), undefined);
  assert.equal(await readAt(1, 60_000), WRITTEN);
});

Deno.test("createLaggingKv() refuses a write within a second of the last", async () => {
  const { clock, kv } = laggingKv();
  const refused: unknown[] = [];
  for (const place of [0, 1]) void kv.at(place).update(() => WRITTEN).catch((error) => refused.push(error));
  await clock.runUntil(1_000);
  assert.equal(refused.length, 1);
  assert.deepEqual(kv.writes, { taken: 1, refused: 1 });
});
