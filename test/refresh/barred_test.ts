import assert from "node:assert/strict";
import type { Observation, ProbeOutcome } from "../../src/core/observation.ts";
import type { Prober } from "../../src/ports.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fleet } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";

const SERVES: Observation = { kind: "answered", status: "SERVING", latencyMs: 1 };
const BARRED: ProbeOutcome = { kind: "not-attempted", message: "the name leads where no probe may go", isBarred: true };
const LIMITED: ProbeOutcome = { kind: "not-attempted", message: "too many open files" };

/** A loop whose one upstream gives what the test decides, over a store of its own. */
function stage() {
  const clock = createTestClock();
  const store = createMemoryStore();
  const answer: { next: ProbeOutcome } = { next: SERVES };
  const prober: Prober = { begin: () => ({ probe: () => Promise.resolve(answer.next), end() {} }) };
  const start = () => createLoop({ registry: fleet(["a"]), prober, clock, store });
  return { clock, answer, start };
}

Deno.test("load() keeps the status of an upstream that cannot be asked for no longer than a suspect's", async () => {
  const { clock, answer, start } = stage();
  const loop = start();
  const statusOf = async () => {
    const { status } = (await loop.load()).names.get("a") ?? {};
    await loop.rest();
    return status;
  };
  assert.equal(await statusOf(), "SERVING");
  answer.next = BARRED;
  await clock.advance(29_999);
  assert.equal(await statusOf(), "SERVING");
  await clock.advance(1);
  assert.equal(await statusOf(), "UNKNOWN");
  // What the store holds of the very probe does not bring it back.
  for (let refresh = 0; refresh < 3; refresh++) {
    await clock.advance(20_000);
    assert.equal((await loop.load({ hops: 2 })).names.get("a")?.status, "UNKNOWN");
    assert.equal(await statusOf(), "UNKNOWN");
  }
  answer.next = SERVES;
  await clock.advance(20_000);
  assert.equal(await statusOf(), "SERVING");
});

Deno.test("load() of a process that has just begun believes nothing stored of an upstream that cannot be asked", async () => {
  const { clock, answer, start } = stage();
  const before = start();
  assert.equal((await before.load()).names.get("a")?.status, "SERVING");
  await before.rest();
  answer.next = BARRED;
  await clock.advance(60_000);
  assert.equal((await start().load()).names.get("a")?.status, "UNKNOWN");
});

Deno.test("load() lets the last status stand, late, while it is we who cannot ask", async () => {
  const { clock, answer, start } = stage();
  const loop = start();
  await loop.load();
  await loop.rest();
  answer.next = LIMITED;
  await clock.advance(60_000);
  const report = await loop.load();
  assert.deepEqual([report.names.get("a")?.status, report.targets[0]?.isLate], ["SERVING", true]);
});

Deno.test("changed() tells that a status will hold no longer", async () => {
  const { clock, answer, start } = stage();
  const loop = start();
  await loop.load();
  await loop.rest();
  answer.next = BARRED;
  let isTold = false;
  const stop = new AbortController();
  const told = loop.changed(stop.signal).then(() => isTold = !stop.signal.aborted);
  await clock.advance(20_000);
  await loop.load();
  await loop.rest();
  stop.abort();
  await told;
  assert.equal(isTold, true);
  assert.equal((await loop.load()).turnsAtMs, clock.nowMs() + 10_000);
});
