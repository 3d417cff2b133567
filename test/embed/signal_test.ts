import assert from "node:assert/strict";
import { createHealth } from "../../src/embed.ts";
import { createTestClock } from "../support/test-clock.ts";

/** A signal that counts who listens to it: more than ten at once and Node warns of a leak. */
function countedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const counted = { signal, abort: () => controller.abort(new Error("gone")), now: 0, most: 0 };
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    counted.most = Math.max(counted.most, ++counted.now);
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    counted.now--;
    remove(...args);
  };
  return counted;
}

const NAMES = Array.from({ length: 50 }, (_, at) => `acme.Service${at}`);

/** Health of fifty services, each with a check of its own that takes a second. */
function manyServices() {
  const clock = createTestClock();
  const slow = async () => {
    await clock.sleep(1_000);
    return true;
  };
  const checks = Object.fromEntries(NAMES.map((name) => [name, [{ run: slow }]]));
  return { clock, health: createHealth({ clock, checks }) };
}

Deno.test("check(), list() and watch() of createHealth() listen once to the signal they are given, and no longer than they last", async () => {
  const { health, clock } = manyServices();
  const asked = countedSignal();
  assert.equal((await clock.until(health.list({ signal: asked.signal }))).size, 51);
  assert.deepEqual([asked.most, asked.now], [1, 0]);
  await health.check("", { signal: asked.signal });
  assert.deepEqual([asked.most, asked.now], [1, 0]);
  const statuses = health.watch("", { signal: asked.signal });
  assert.equal((await statuses.next()).value, "SERVING");
  assert.deepEqual([asked.most, asked.now], [1, 1]);
  await statuses.return();
  assert.equal(asked.now, 0);
  assert.equal(clock.sleepers(), 0);
});

Deno.test("list() of createHealth() rejects for a caller that leaves, or had left, and the runs go on", async () => {
  const { health, clock } = manyServices();
  const asked = countedSignal();
  const left = health.list({ signal: asked.signal });
  asked.abort();
  await assert.rejects(left, { message: "gone" });
  await assert.rejects(health.list({ signal: asked.signal }), { message: "gone" });
  await assert.rejects(health.check("", { signal: asked.signal }), { message: "gone" });
  assert.equal(asked.now, 0);
  assert.equal(health.get(), "UNKNOWN");
  await clock.advance(1_000);
  assert.equal(health.get(), "SERVING");
  assert.equal(clock.sleepers(), 0);
});
