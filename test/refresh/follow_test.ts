import assert from "node:assert/strict";
import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Report } from "../../src/core/report.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fleet, NOT_SERVING, proberOf, REFUSED, SERVING } from "../support/fleet.ts";
import { followed, WATCHED } from "../support/followed.ts";
import { createScriptedWatcher } from "../support/scripted-watcher.ts";
import { createTestClock } from "../support/test-clock.ts";
import { verdict } from "../support/verdict.ts";

function statusOf(report: Report): string {
  const { status, target } = verdict(report, "a/");
  const observation = target?.state?.observation;
  return observation?.kind === "answered" && observation.reason ? `${status} ${observation.reason}` : status;
}

Deno.test("a message is in the next report without a probe, and leaves the latency as it was measured", () =>
  followed(async (loop) => {
    await loop.load();
    await loop.clock.advance(1_000);
    loop.watcher.say("a/", "NOT_SERVING");
    const report = await loop.load();
    assert.equal(statusOf(report), "NOT_SERVING");
    assert.equal(verdict(report).sinceMs, loop.clock.nowMs());
    assert.deepEqual(verdict(report, "a/").target?.state?.observation, NOT_SERVING);
    loop.watcher.say("a/", { kind: "answered", status: "NOT_SERVING", reason: "service_not_registered" });
    assert.equal(statusOf(await loop.load()), "NOT_SERVING service_not_registered");
    loop.watcher.say("a/", "SERVING");
    assert.equal(statusOf(await loop.load()), "SERVING");
    assert.deepEqual(loop.prober.asked, ["a/"]);
  }));

Deno.test("a change that a stream told is stored", async () => {
  const store = createMemoryStore();
  await followed(async (loop) => {
    const stored = async () => (await store.read())?.targets["a/"]?.status;
    loop.watcher.say("a/", "SERVING");
    await loop.rest();
    assert.equal(await stored(), "SERVING");
    // As soon as the write budget lets a change be written again.
    await loop.clock.advance(10_000);
    loop.watcher.say("a/", "NOT_SERVING");
    await loop.rest();
    assert.equal(await stored(), "NOT_SERVING");
  }, { store });
});

Deno.test("checks go on by ttl while a stream is silent", () =>
  followed(async (loop) => {
    loop.watcher.say("a/", "SERVING");
    assert.deepEqual(loop.prober.asked, []);
    await loop.clock.advance(599_999);
    await loop.load();
    assert.deepEqual(loop.prober.asked, []);
    await loop.clock.advance(1);
    await loop.load();
    await loop.rest();
    assert.deepEqual(loop.prober.asked, ["a/"]);
  }));

Deno.test("an upstream that is not watched gets no stream", () =>
  followed((loop) => {
    assert.deepEqual(loop.watcher.begun("b/"), []);
    return Promise.resolve();
  }, { registry: { upstreams: [...WATCHED.upstreams, ...fleet(["b"]).upstreams], groups: [] } }));

/** A check of 100 ms, amid which the stream says something. */
const OVERTAKEN: readonly (readonly [said: "SERVING" | "NOT_SERVING", seen: ProbeOutcome, expect: string])[] = [
  ["NOT_SERVING", { ...SERVING, latencyMs: 100 }, "NOT_SERVING"],
  ["SERVING", { ...NOT_SERVING, latencyMs: 100 }, "SERVING"],
];

for (const [said, seen, expect] of OVERTAKEN) {
  const status = "status" in seen ? seen.status : "";
  Deno.test(`a check under way when the stream said ${said} and answered ${status} after it leaves ${expect}`, () => {
    const clock = createTestClock();
    const watcher = createScriptedWatcher(clock);
    const prober = proberOf(() => clock.sleep(100).then(() => seen));
    return followed(async (loop) => {
      const loading = loop.start({ isForced: true });
      await clock.advance(50);
      watcher.say("a/", said);
      await clock.advance(50);
      assert.equal(statusOf(await loading), expect);
      assert.ok(watcher.isOpen("a/"));
    }, { clock, watcher, prober });
  });
}

Deno.test("a check that fails after the stream said SERVING again neither counts nor drops the stream", () => {
  const clock = createTestClock();
  const watcher = createScriptedWatcher(clock);
  const prober = proberOf(() => clock.sleep(100).then(() => ({ ...REFUSED, latencyMs: 100 })));
  return followed(async (loop) => {
    assert.equal(statusOf(await loop.load()), "NOT_SERVING");
    await clock.advance(5_000);
    const loading = loop.start({ isForced: true });
    await clock.advance(50);
    watcher.say("a/", "SERVING");
    await clock.advance(50);
    assert.equal(statusOf(await loading), "SERVING");
    assert.ok(watcher.isOpen("a/"));
  }, { clock, watcher, prober });
});

Deno.test("a check sent after the message and answered otherwise counts", () => {
  const clock = createTestClock();
  const watcher = createScriptedWatcher(clock);
  const prober = proberOf(() => clock.sleep(100).then(() => ({ ...NOT_SERVING, latencyMs: 100 })));
  return followed(async (loop) => {
    watcher.say("a/", "SERVING");
    await clock.advance(1);
    assert.equal(statusOf(await loop.load({ isForced: true, isTrusted: true })), "NOT_SERVING");
  }, { clock, watcher, prober });
});
