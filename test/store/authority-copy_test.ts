import assert from "node:assert/strict";
import type { WrittenRecord } from "../../src/ports.ts";
import { createReadCopy, readCopy } from "../../src/store/authority-copy.ts";
import type { KvNamespace } from "../../src/store/workers-kv.ts";
import { createTestClock, type TestClock } from "../support/test-clock.ts";

Deno.test("write() puts what the records are by then, at most once a second, in a burst", async () => {
  const place = createPlace();
  for (let version = 1; version <= 50; version++) {
    place.change(version);
    await place.clock.advance(100);
  }
  await place.clock.advance(2_000);
  const times = place.puts.map(({ atMs }) => atMs);
  assert.ok(times.every((atMs, index) => atMs - (times[index - 1] ?? -Infinity) >= 1_000), `${times}`);
  const versions = place.puts.map(({ version }) => version);
  assert.deepEqual(versions, [1, 10, 20, 30, 40, 50]);
});

Deno.test("write() never has two puts under way, however slow KV is", async () => {
  const place = createPlace({ putMs: 5_000 });
  for (let version = 1; version <= 8; version++) {
    place.change(version);
    await place.clock.advance(700);
  }
  await place.clock.advance(20_000);
  assert.deepEqual(place.puts.map(({ version }) => version), [1, 8]);
});

Deno.test("write() tries again each half minute while KV fails, and puts what the records are then", async () => {
  const place = createPlace({ failUntilMs: 100_000 });
  place.change(1);
  await place.clock.advance(31_000);
  place.change(2);
  await place.clock.advance(100_000);
  assert.deepEqual(place.puts.map(({ version }) => version), [2]);
  // At 0, 30 and 31 s, and each 30 s from there.
  assert.equal(place.errors(), 5);
  assert.deepEqual([...await readCopy(place.kv) ?? []], [["fleet/registry", { version: 2, value: "registry 2" }]]);
});

Deno.test("write() puts nothing when nothing has changed since the last", async () => {
  const place = createPlace();
  place.change(1);
  await place.clock.advance(10_000);
  await place.clock.until(place.copy.write());
  assert.equal(place.puts.length, 1);
});

Deno.test("write() puts at once what an object that died may have left, whoever wakes it", async () => {
  const place = createPlace();
  await place.clock.until(place.copy.write());
  assert.deepEqual(place.puts.map(({ version }) => version), [0]);
});

Deno.test("missed() has the copy written anew at most each ten minutes", async () => {
  const place = createPlace();
  for (let minute = 0; minute < 60; minute++) {
    place.copy.missed();
    await place.clock.advance(60_000);
  }
  assert.equal(place.puts.length, 6);
});

for (
  const text of ["", "{", "{}", "null", "[1]", '[["a"]]', '[["a",{"version":"1","value":""}]]', '[["a",{"version":1}]]']
) {
  Deno.test(`readCopy() is undefined for a text that is no copy: ${text}`, async () => {
    const kv = { get: () => Promise.resolve(text), put: () => Promise.resolve() };
    assert.equal(await readCopy(kv), undefined);
  });
}

/** A copy in a KV of which each put is noted when it is done, and an alarm that runs one write at a time, as the platform's does. */
function createPlace({ putMs = 0, failUntilMs = 0 } = {}) {
  const clock = createTestClock(0);
  const records = new Map<string, WrittenRecord>();
  const puts: { readonly atMs: number; readonly version: number }[] = [];
  let text: string | null = null;
  let errors = 0;
  const kv: KvNamespace = {
    get: () => Promise.resolve(text),
    async put(_key, value) {
      if (putMs > 0) await clock.sleep(putMs);
      if (clock.nowMs() < failUntilMs) throw new Error("KV PUT failed: 429 Too Many Requests");
      text = value;
      puts.push({ atMs: clock.nowMs(), version: versionOf(value) });
    },
  };
  const copy = createReadCopy({
    kv,
    clock,
    records: () => records,
    wakeAt: createAlarm(clock, () => copy.write()),
    onError: () => errors++,
  });
  const change = (version: number) => {
    records.set("fleet/registry", { version, value: `registry ${version}` });
    copy.due();
  };
  return { clock, copy, kv, puts, change, errors: () => errors };
}

/** Of the one record in a copy; 0 when it has none. */
function versionOf(text: string): number {
  const records: [string, WrittenRecord][] = JSON.parse(text);
  return records[0]?.[1].version ?? 0;
}

/** One alarm at a time, and no second run of it beside the first. */
function createAlarm(clock: TestClock, run: () => Promise<void>): (atMs: number) => void {
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();
  return (atMs) => {
    cancel();
    cancel = clock.after(Math.max(0, atMs - clock.nowMs()), () => void (running = running.then(run)));
  };
}
