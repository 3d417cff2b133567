import assert from "node:assert/strict";
import { createVirtualClock } from "../../../bench/truth/virtual-clock.ts";

Deno.test("runUntil() wakes sleepers in order of time, and lets what each woke run on before the next", async () => {
  const clock = createVirtualClock(1_000);
  const seen: string[] = [];
  const note = (what: string) => seen.push(`${clock.nowMs()} ${what}`);
  clock.after(30, () => note("last"));
  clock.after(10, async () => {
    note("first");
    await clock.sleep(5);
    note("slept");
    await Promise.resolve();
    note("went on");
  });
  clock.after(20, () => note("cancelled"))();
  await clock.runUntil(1_029);
  assert.deepEqual(seen, ["1010 first", "1015 slept", "1015 went on"]);
  assert.equal(clock.nowMs(), 1_029);
  await clock.runUntil(1_100);
  assert.equal(seen.at(-1), "1030 last");
});

Deno.test("sleep() ends at once when its signal aborts", async () => {
  const clock = createVirtualClock(0);
  const controller = new AbortController();
  let wokenMs: number | undefined;
  void clock.sleep(1_000, controller.signal).then(() => wokenMs = clock.nowMs());
  clock.after(10, () => controller.abort());
  await clock.runUntil(2_000);
  assert.equal(wokenMs, 10);
});
