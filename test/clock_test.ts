import assert from "node:assert/strict";
import { systemClock } from "../src/clock.ts";

Deno.test("sleep() resolves after its time", async () => {
  const startMs = performance.now();
  await systemClock.sleep(20);
  assert.ok(performance.now() - startMs >= 19);
});

Deno.test("sleep() resolves at once when its signal aborts, and leaves no timer", async () => {
  const aborted = new AbortController();
  const slept = systemClock.sleep(60_000, aborted.signal);
  aborted.abort();
  await slept;
  await systemClock.sleep(60_000, aborted.signal);
});

Deno.test("after() calls after its time, and not when it is cancelled before", async () => {
  const woken: string[] = [];
  const cancel = systemClock.after(5, () => woken.push("cancelled"));
  systemClock.after(10, () => woken.push("woken"));
  cancel();
  await systemClock.sleep(20);
  assert.deepEqual(woken, ["woken"]);
});
