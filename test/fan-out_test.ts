import assert from "node:assert/strict";
import { createPool } from "../src/fan-out.ts";
import { createTestClock } from "./support/test-clock.ts";

function pool(concurrency: number, laneLimits: readonly number[]) {
  const clock = createTestClock();
  return { clock, pool: createPool({ concurrency, laneLimits, after: clock.after }) };
}

/** A task that ends when it is told to, or aborted. */
function held() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const task = (signal: AbortSignal) => {
    signals.push(signal);
    return promise;
  };
  return { task, finish: resolve, signals };
}

Deno.test("run() keeps at most its concurrency under way", async () => {
  const { pool: five } = pool(5, [5]);
  let running = 0, peak = 0;
  const task = async () => {
    peak = Math.max(peak, ++running);
    await Promise.resolve();
    running--;
  };
  await Promise.all(Array.from({ length: 20 }, () => five.run({ lane: 0, timeoutMs: 1_000, task }).result));
  assert.equal(peak, 5);
});

Deno.test("run() arms a task's timer when it is dispatched, not while it queues", async () => {
  const { pool: one, clock } = pool(1, [1]);
  const first = one.run({ lane: 0, timeoutMs: 1_000, task: () => new Promise(() => {}) }).result;
  const second = one.run({ lane: 0, timeoutMs: 1_000, task: () => clock.sleep(900).then(() => "done") }).result;
  assert.equal(await clock.until(first), "timeout");
  assert.equal(await clock.until(second), "done");
});

Deno.test("run() aborts a task at its timeout and gives its slot to the next", async () => {
  const { pool: one, clock } = pool(1, [1]);
  const hung = held();
  const first = one.run({ lane: 0, timeoutMs: 100, task: hung.task }).result;
  const second = one.run({ lane: 0, timeoutMs: 100, task: () => Promise.resolve("next") }).result;
  assert.equal(await clock.until(first), "timeout");
  assert.equal(hung.signals[0]?.aborted, true);
  assert.equal(await second, "next");
});

Deno.test("run() takes the lowest lane first and holds each lane to its limit", async () => {
  const { pool: three } = pool(3, [3, 1, 3]);
  const order: string[] = [];
  const gates = new Map<string, ReturnType<typeof held>>();
  const add = (name: string, lane: number) => {
    const gate = held();
    gates.set(name, gate);
    void three.run({ lane, timeoutMs: 1_000, task: (signal) => (order.push(name), gate.task(signal)) }).result;
  };
  add("slow1", 1);
  add("slow2", 1);
  add("late1", 2);
  add("late2", 2);
  add("late3", 2);
  assert.deepEqual(order, ["slow1", "late1", "late2"]);
  add("first", 0);
  gates.get("late1")?.finish("");
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(order, ["slow1", "late1", "late2", "first"]);
  for (const gate of gates.values()) gate.finish("");
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(order.slice(4).sort(), ["late3", "slow2"]);
});

Deno.test("withdraw() takes a waiting task out of the queue, and aborts one under way", async () => {
  const { pool: one, clock } = pool(1, [1]);
  const underWay = held();
  let hasRun = false;
  const first = one.run({ lane: 0, timeoutMs: 1_000, task: underWay.task });
  const second = one.run({ lane: 0, timeoutMs: 1_000, task: () => Promise.resolve(hasRun = true) });
  second.withdraw();
  assert.equal(await second.result, "timeout");
  first.withdraw();
  assert.equal(await first.result, "timeout");
  assert.equal(underWay.signals[0]?.aborted, true);
  assert.equal(await one.run({ lane: 0, timeoutMs: 1_000, task: () => Promise.resolve("next") }).result, "next");
  assert.equal(hasRun, false);
  assert.equal(clock.sleepers(), 0);
});

Deno.test("run() says once that a task is silent, and still ends it at its timeout", async () => {
  const { pool: one, clock } = pool(1, [1]);
  const startMs = clock.nowMs();
  const heard: number[] = [];
  const silence = { afterMs: 300, onSilent: () => heard.push(clock.nowMs() - startMs) };
  const hung = one.run({ lane: 0, timeoutMs: 1_500, task: held().task, silence });
  assert.equal(await clock.until(hung.result), "timeout");
  assert.deepEqual(heard, [300]);
  assert.equal(clock.nowMs() - startMs, 1_500);
  await one.run({ lane: 0, timeoutMs: 1_500, task: () => Promise.resolve(), silence }).result;
  assert.deepEqual([heard.length, clock.sleepers()], [1, 0]);
});

Deno.test("run() rejects when its task does, and gives the slot to the next", async () => {
  const { pool: one, clock } = pool(1, [1]);
  const first = one.run({ lane: 0, timeoutMs: 100, task: () => Promise.reject(new Error("broken")) }).result;
  const second = one.run({ lane: 0, timeoutMs: 100, task: () => Promise.resolve("next") }).result;
  await assert.rejects(first, /broken/);
  assert.equal(await second, "next");
  assert.equal(clock.sleepers(), 0);
});
