import assert from "node:assert/strict";
import process from "node:process";
import { setImmediate } from "node:timers/promises";
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

Deno.test("a time that has passed is now, and the log has no line of Deno's own about it", async () => {
  const warned: string[] = [];
  const note = (warning: Error) => void warned.push(warning.name);
  process.on("warning", note);
  await systemClock.sleep(-1);
  await new Promise<void>((resolve) => void systemClock.after(-1, resolve));
  await setImmediate();
  process.off("warning", note);
  assert.deepEqual(warned, []);
});
