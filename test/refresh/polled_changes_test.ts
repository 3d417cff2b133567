import assert from "node:assert/strict";
import { createPolledChanges } from "../../src/refresh/polled-changes.ts";
import { createTestClock } from "../support/test-clock.ts";

Deno.test("next() of polled changes ends at the next look after a change, and each waiter looks for itself", async () => {
  const clock = createTestClock();
  const changes = createPolledChanges(clock);
  const never = new AbortController().signal;
  const ended: string[] = [];
  const wait = (name: string) => changes.next(never).then(() => ended.push(name));
  const first = wait("first");
  await clock.advance(300);
  const second = wait("second");
  await clock.advance(600);
  changes.tell();
  assert.deepEqual(ended, []);
  await clock.advance(100);
  assert.deepEqual(ended, ["first"]);
  await clock.advance(300);
  await Promise.all([first, second]);
  assert.equal(clock.sleepers(), 0);
});

Deno.test("next() of polled changes ends when its waiter goes, and leaves no timer", async () => {
  const clock = createTestClock();
  const gone = new AbortController();
  const waiting = createPolledChanges(clock).next(gone.signal);
  await clock.advance(1_200);
  gone.abort();
  await waiting;
  assert.equal(clock.sleepers(), 0);
});
