import assert from "node:assert/strict";
import { FIRST_MESSAGE_MAX_MS, STREAM_MAX_MS } from "../../src/refresh/follow.ts";
import { NOT_SERVING, REFUSED } from "../support/fleet.ts";
import { followed, WATCHED } from "../support/followed.ts";
import { verdict } from "../support/verdict.ts";

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
    assert.equal(verdict(await loop.load()).status, "NOT_SERVING");
    assert.equal(loop.prober.asked.length, 4);
  }));

Deno.test("a stream that breaks causes a check of its own target alone", () => {
  const [a] = WATCHED.upstreams;
  assert.ok(a);
  const registry = { upstreams: [a, { ...a, name: "b" }], groups: [] };
  return followed(async ({ watcher, prober, clock, load }) => {
    await load();
    watcher.say("a/", "SERVING");
    watcher.end("a/");
    await clock.advance(0);
    assert.deepEqual(prober.asked, ["a/", "b/", "a/"]);
  }, { registry });
});

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
