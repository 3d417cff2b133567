import assert from "node:assert/strict";
import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Registry } from "../../src/core/registry.ts";
import type { Report } from "../../src/core/report.ts";
import { FIRST_MESSAGE_MAX_MS, STREAM_MAX_MS } from "../../src/refresh/follow.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fleet, NOT_SERVING, proberOf, REFUSED, scriptedProber, SERVING, upstream } from "../support/fleet.ts";
import { createLoop, type LoopOptions } from "../support/loop.ts";
import { createScriptedWatcher } from "../support/scripted-watcher.ts";
import { createTestClock } from "../support/test-clock.ts";
import { verdict } from "../support/verdict.ts";

/** One watched upstream, whose checks are far apart. */
const WATCHED: Registry = { upstreams: [upstream("a", { isWatched: true, ttlMs: 600_000 })], groups: [] };

/** Its loop, followed; ends it after the test and sees that nothing is left. */
async function followed(
  test: (loop: ReturnType<typeof watchedLoop>) => Promise<void>,
  options: Partial<LoopOptions> = {},
): Promise<void> {
  const loop = watchedLoop(options);
  const stop = new AbortController();
  const following = loop.follow(stop.signal);
  await loop.clock.advance(0);
  await test(loop);
  stop.abort();
  await loop.clock.until(following);
  await loop.rest();
  assert.ok(!loop.watcher.isOpen("a/"));
  assert.equal(loop.clock.sleepers(), 0);
}

function watchedLoop(options: Partial<LoopOptions>) {
  const clock = createTestClock();
  const watcher = createScriptedWatcher(clock);
  const prober = scriptedProber();
  const loop = createLoop({ registry: WATCHED, prober, clock, watcher, ...options });
  return { ...loop, watcher, prober };
}

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
    loop.watcher.say("a/", "NOT_SERVING");
    await loop.rest();
    assert.equal((await store.read())?.targets["a/"]?.status, "NOT_SERVING");
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

Deno.test("streams that end without a message are begun again after 1 s, and 1.6 times as long each time, up to 120 s", () =>
  followed(async (loop) => {
    for (let ends = 0; ends < 13; ends++) {
      loop.watcher.end("a/");
      while (!loop.watcher.isOpen("a/")) await loop.clock.advance(100);
    }
    const begun = loop.watcher.begun("a/");
    const pauses = begun.slice(1).map((atMs, index) => Math.round(atMs - (begun[index] ?? 0)));
    assert.deepEqual(pauses, [
      ...[1_000, 1_600, 2_560, 4_096, 6_554, 10_486, 16_777, 26_844, 42_950, 68_719, 109_951],
      ...[120_000, 120_000],
    ]);
    assert.deepEqual(loop.watchLogs, [{ event: "watch", target: "a/", state: "ended" }]);
  }));

Deno.test("the backoff runs from the start of a stream, and a message resets it", () =>
  followed(async ({ watcher, clock }) => {
    watcher.end("a/");
    await clock.advance(1_000);
    watcher.end("a/");
    await clock.advance(1_600);
    assert.deepEqual(watcher.begun("a/"), [0, 1_000, 2_600]);
    await clock.advance(300);
    watcher.say("a/", "SERVING");
    watcher.end("a/");
    await clock.advance(699);
    assert.equal(watcher.begun("a/").length, 3);
    await clock.advance(1);
    assert.equal(watcher.begun("a/").at(-1), 3_600);
    await clock.advance(5_000);
    watcher.say("a/", "SERVING");
    watcher.end("a/");
    await clock.advance(0);
    assert.equal(watcher.begun("a/").at(-1), 8_600);
  }));

Deno.test("a stream that breaks causes a check at once, confirmed as any", () =>
  followed(async (loop) => {
    await loop.load();
    loop.watcher.say("a/", "SERVING");
    loop.prober.script.set("a/", REFUSED);
    loop.prober.asked.length = 0;
    loop.watcher.end("a/");
    await loop.clock.advance(0);
    assert.deepEqual(loop.prober.asked, ["a/"]);
    await loop.clock.advance(2_000);
    assert.equal(loop.prober.asked.length, 4);
    assert.equal(statusOf(await loop.load()), "NOT_SERVING");
    assert.equal(loop.prober.asked.length, 4);
  }));

Deno.test("streams that break again and again cause one check in 5 s, and no line of log", () =>
  followed(async ({ watcher, prober, clock, watchLogs }) => {
    for (let second = 0; second < 10; second++) {
      watcher.say("a/", "SERVING");
      watcher.end("a/");
      await clock.advance(1_000);
    }
    assert.equal(watcher.begun("a/").length, 11);
    assert.deepEqual(prober.asked, ["a/", "a/"]);
    assert.deepEqual(watchLogs, [{ event: "watch", target: "a/", state: "connected" }]);
  }));

Deno.test("a check that nobody answers drops the stream, and one that is answered does not", () =>
  followed(async ({ watcher, prober, clock, load }) => {
    watcher.say("a/", "SERVING");
    await clock.advance(10_000);
    for (
      const outcome of [
        NOT_SERVING,
        { kind: "failed", failure: "overloaded", latencyMs: 1 },
        { kind: "failed", failure: "rpc_error", latencyMs: 1 },
      ] as const
    ) {
      prober.script.set("a/", outcome);
      await load({ isForced: true, isTrusted: true });
    }
    assert.equal(watcher.begun("a/").length, 1);
    prober.script.set("a/", "hang");
    await load({ isForced: true, isTrusted: true });
    await clock.advance(5_000);
    assert.equal(watcher.begun("a/").length, 2);
  }));

Deno.test("UNIMPLEMENTED leaves a target to its checks, until one fails", () =>
  followed(async ({ watcher, prober, clock, load, watchLogs }) => {
    watcher.end("a/", "unimplemented");
    await clock.advance(500_000);
    assert.deepEqual(watcher.begun("a/"), [0]);
    await load();
    await clock.advance(500_000);
    assert.deepEqual(prober.asked, ["a/"]);
    assert.deepEqual(watcher.begun("a/"), [0]);
    prober.script.set("a/", REFUSED);
    await load({ isForced: true });
    await clock.advance(2_000);
    assert.equal(watcher.begun("a/").length, 2);
    watcher.say("a/", "SERVING");
    assert.deepEqual(watchLogs.map(({ state }) => state), ["unimplemented", "connected"]);
  }));

Deno.test("UNIMPLEMENTED of an upstream that was watched before is an end like any other", () =>
  followed(async ({ watcher, clock }) => {
    watcher.say("a/", "SERVING");
    watcher.end("a/");
    await clock.advance(1_000);
    watcher.end("a/", "unimplemented");
    await clock.advance(1_600);
    assert.deepEqual(watcher.begun("a/"), [0, 1_000, 2_600]);
  }));

Deno.test("a stream without a first message is given up, and an old one replaced without a check", () =>
  followed(async ({ watcher, clock, prober, watchLogs }) => {
    await clock.advance(FIRST_MESSAGE_MAX_MS);
    assert.deepEqual(watcher.begun("a/"), [0, FIRST_MESSAGE_MAX_MS]);
    watcher.say("a/", "SERVING");
    await clock.advance(STREAM_MAX_MS - 1);
    assert.equal(watcher.begun("a/").length, 2);
    await clock.advance(1);
    assert.equal(watcher.begun("a/").length, 3);
    watcher.say("a/", "SERVING");
    assert.deepEqual(prober.asked, []);
    assert.deepEqual(watchLogs.map(({ state }) => state), ["ended", "connected"]);
  }));

Deno.test("the pause before the next stream is no longer for a clock that is set back", () =>
  followed(async ({ watcher, clock }) => {
    clock.stepBack(3_600_000);
    watcher.end("a/");
    await clock.advance(1_000);
    assert.equal(watcher.begun("a/").length, 2);
  }));
