import assert from "node:assert/strict";
import { questionOf } from "../../src/core/question.ts";
import type { Registry, Upstream } from "../../src/core/registry.ts";
import { encodeTold, type Told, toldKey } from "../../src/core/told.ts";
import type { ServingStatus } from "../../src/core/status.ts";
import type { Authority } from "../../src/ports.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import { createProber } from "../../src/probe/prober.ts";
import { createMemoryAuthority } from "../../src/store/authority-memory.ts";
import { upstream } from "../support/fleet.ts";
import { createLoop, type LoopOptions } from "../support/loop.ts";
import { createTestClock } from "../support/test-clock.ts";

function pushed(name: string, more: Partial<Upstream> = {}): Upstream {
  return upstream(name, { protocol: "push", url: "", lifeMs: 60_000, ...more });
}

/** The real loop and prober over an authority that a test writes to. */
function stage(upstreams: readonly Upstream[], more: Partial<LoopOptions> & { readonly authority?: Authority } = {}) {
  const clock = createTestClock();
  const own = createMemoryAuthority();
  const { authority = own } = more;
  const asked: string[] = [];
  const heard: object[] = [];
  const network = createDenoNetwork();
  const counted: Authority = {
    ...authority,
    list(prefix) {
      asked.push(prefix);
      return authority.list(prefix);
    },
  };
  const prober = createProber({ clock, network, authority: counted, log: (entry) => heard.push(entry) });
  const registry: Registry = { upstreams, groups: [] };
  const loop = createLoop({ ...more, registry, prober, clock });
  const tell = (status: ServingStatus, lifeMs = 60_000, at = 0) => {
    const [target] = upstreams;
    assert.ok(target);
    const told: Told = { status, toldAtMs: clock.nowMs(), untilMs: clock.nowMs() + lifeMs };
    return own.put(toldKey({ upstream: target, service: target.services[at] ?? "" }), encodeTold(told));
  };
  const statusOf = async (name: string) => (await loop.load({ accept: "fresh" })).names.get(name)?.status;
  return { clock, own, asked, heard, loop, tell, statusOf, network, [Symbol.dispose]: () => network.close() };
}

Deno.test("load() reads what was told, and looks again as often as at any upstream", async () => {
  using the = stage([pushed("a")]);
  assert.equal(await the.statusOf("a"), "UNKNOWN");
  await the.tell("SERVING");
  assert.equal(await the.statusOf("a"), "UNKNOWN");
  await the.clock.advance(15_000);
  assert.equal(await the.statusOf("a"), "SERVING");
  assert.deepEqual(the.asked, ["status/", "status/"]);
});

Deno.test("load() reads UNKNOWN from the very millisecond on in which a status holds no more", async () => {
  using the = stage([pushed("a")]);
  await the.tell("SERVING", 10_000);
  assert.equal(await the.statusOf("a"), "SERVING");
  await the.clock.advance(9_999);
  assert.equal(await the.statusOf("a"), "SERVING");
  await the.clock.advance(1);
  assert.equal(await the.statusOf("a"), "UNKNOWN");
  const report = await the.loop.load();
  const { observation } = report.names.get("a/")?.target?.state ?? {};
  assert.equal(observation?.kind === "answered" && observation.reason, "told_too_long_ago");
});

Deno.test("load() reads the authority once for each protocol, however many upstreams tell", async () => {
  const services = Array.from({ length: 40 }, (_, at) => `acme.S${at}`);
  using the = stage([
    pushed("a", { services }),
    pushed("b"),
    pushed("eu", { protocol: "satellite", services: ["*"] }),
    pushed("us", { protocol: "satellite", services: ["*"] }),
  ], { knobs: { probesPerInvocation: 45 } });
  const report = await the.loop.load();
  assert.equal(report.targets.every(({ freshness }) => freshness === "fresh"), true);
  assert.deepEqual(the.asked.toSorted(), ["satellite/", "status/"]);
  assert.equal(report.probesLeft, 43);
});

Deno.test("load() takes a status that was told here while the authority was read for the newer one", async () => {
  const own = createMemoryAuthority();
  const release = Promise.withResolvers<void>();
  const slow: Authority = {
    ...own,
    async list(prefix) {
      const records = await own.list(prefix);
      await release.promise;
      return records;
    },
  };
  const a = pushed("a");
  using the = stage([a], { authority: slow });
  const { loop, clock } = the;
  const reading = loop.start({ accept: "fresh" });
  await clock.advance(0);
  const observation = {
    kind: "answered",
    status: "NOT_SERVING",
    latencyMs: 0,
    untilMs: clock.nowMs() + 9_000,
  } as const;
  loop.learn({
    targetKey: "a/",
    question: questionOf(a),
    observation,
    attempts: [observation],
    isConfirmed: false,
    atMs: clock.nowMs(),
    place: "here",
  });
  release.resolve();
  assert.equal((await clock.until(reading)).names.get("a")?.status, "NOT_SERVING");
});

Deno.test("load() says nothing of an upstream while the authority fails: what was told holds for as long as it was told to", async () => {
  let isBroken = false;
  const own = createMemoryAuthority();
  const authority: Authority = {
    ...own,
    list: (prefix) => isBroken ? Promise.reject(new Error("gone")) : own.list(prefix),
  };
  using the = stage([pushed("a")], { authority });
  await own.put(
    "status/a/",
    encodeTold({ status: "SERVING", toldAtMs: the.clock.nowMs(), untilMs: the.clock.nowMs() + 60_000 }),
  );
  assert.equal(await the.statusOf("a"), "SERVING");
  isBroken = true;
  await the.clock.advance(59_999);
  assert.equal(await the.statusOf("a"), "SERVING");
  await the.clock.advance(1);
  assert.equal(await the.statusOf("a"), "UNKNOWN");
  assert.deepEqual(the.heard, [{ event: "authority", state: "failing", error: "Error: gone" }]);
  isBroken = false;
  await the.statusOf("a");
  assert.deepEqual(the.heard.at(-1), { event: "authority", state: "back" });
});

Deno.test("load() believes what was told to hold for a day no longer than it believes any other state, while the authority fails", async () => {
  let isBroken = false;
  const own = createMemoryAuthority();
  const list: Authority["list"] = (prefix) => isBroken ? Promise.reject(new Error("gone")) : own.list(prefix);
  using the = stage([pushed("a")], { authority: { ...own, list } });
  const toldAtMs = the.clock.nowMs();
  await own.put("status/a/", encodeTold({ status: "SERVING", toldAtMs, untilMs: toldAtMs + 86_400_000 }));
  assert.equal(await the.statusOf("a"), "SERVING");
  isBroken = true;
  await the.clock.advance(599_998);
  assert.equal(await the.statusOf("a"), "SERVING");
  await the.clock.advance(1);
  assert.equal(await the.statusOf("a"), "UNKNOWN");
  isBroken = false;
  assert.equal(await the.statusOf("a"), "SERVING");
});

Deno.test("load() blames no upstream for an authority that hangs", async () => {
  const hanging: Authority = { ...createMemoryAuthority(), list: () => new Promise(() => {}) };
  using the = stage([pushed("a"), pushed("b")], { authority: hanging });
  const report = await the.loop.load({ accept: "fresh" });
  assert.deepEqual(report.targets.map(({ status, state }) => [status, state]), [["UNKNOWN", undefined], [
    "UNKNOWN",
    undefined,
  ]]);
  await the.loop.rest();
  assert.equal(the.asked.length, 1);
  assert.equal(the.clock.sleepers(), 0);
});

Deno.test("load() attempts nothing where there is no authority", async () => {
  const clock = createTestClock();
  const network = createDenoNetwork();
  const heard: object[] = [];
  const prober = createProber({ clock, network, log: (entry) => heard.push(entry) });
  const loop = createLoop({ registry: { upstreams: [pushed("a")], groups: [] }, prober, clock });
  assert.equal((await loop.load()).names.get("a")?.status, "UNKNOWN");
  await loop.rest();
  assert.equal(loop.logs.map((entry) => entry.event === "refresh" && entry.notAttempted).join(), "1");
  await loop.load({ isForced: true, isTrusted: true });
  const error = "nothing can be told here: set PUSH_TOKEN and, on Workers, bind AUTHORITY to the Durable Object";
  assert.deepEqual(heard, [{ event: "authority", state: "missing", error }]);
  network.close();
});
