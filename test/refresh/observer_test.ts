import assert from "node:assert/strict";
import { SUSPECT_RETRY_MS } from "../../src/core/age.ts";
import { OBSERVER_SUSPECT } from "../../src/core/observer.ts";
import type { Registry, Target } from "../../src/core/registry.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import {
  type Behaviour,
  fleet,
  numbered,
  proberOf,
  REFUSED,
  scriptedProber,
  SERVING,
  upstream,
} from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";
import { verdict } from "../support/verdict.ts";

const CANARY: Target = { key: "canary", service: "", upstream: upstream("canary") };

function scene(registry: Registry, isGuarded = true) {
  const prober = scriptedProber();
  const store = createMemoryStore();
  const loop = createLoop({ registry, prober, store, ...(isGuarded && { canary: CANARY }) });
  const all = (behaviour: Behaviour) => {
    for (const { name } of registry.upstreams) prober.script.set(`${name}/`, behaviour);
  };
  const statuses = async () => {
    const report = await loop.load({ isForced: true, isTrusted: true });
    await loop.rest();
    const settled = await loop.load();
    await loop.rest();
    return { first: report, report: settled, fleet: settled.names.get("")?.status };
  };
  return { prober, store, loop, all, statuses };
}

Deno.test("when all upstreams and the canary fail, every name but liveness is UNKNOWN, and nothing is stored", async () => {
  for (const behaviour of [REFUSED, "hang"] as const) {
    const { prober, store, all, statuses } = scene(fleet(numbered(5)));
    assert.equal((await statuses()).fleet, "SERVING");
    const before = await store.read();
    all(behaviour);
    prober.script.set("canary", behaviour);
    const { report } = await statuses();
    assert.deepEqual(
      [...report.names].map(([name, { status }]) => [name, status]).filter(([, status]) => status !== "UNKNOWN"),
      [["liveness", "SERVING"]],
    );
    const members = [...report.names.values()].flatMap(({ derivation }) => derivation?.members ?? []);
    assert.deepEqual(new Set(members.map(({ status }) => status)), new Set(["UNKNOWN"]));
    assert.equal(report.isObserverSuspect, true);
    assert.ok(report.problems.includes(OBSERVER_SUSPECT));
    assert.deepEqual(await store.read(), before);
    all(SERVING);
    prober.script.set("canary", SERVING);
    const healed = await statuses();
    assert.deepEqual([healed.fleet, healed.report.isObserverSuspect], ["SERVING", false]);
  }
});

Deno.test("when all upstreams fail and the canary answers, the fleet is down", async () => {
  const { all, statuses } = scene(fleet(numbered(5)));
  await statuses();
  all(REFUSED);
  const { fleet: status, report } = await statuses();
  assert.deepEqual([status, report.isObserverSuspect], ["NOT_SERVING", false]);
});

Deno.test("a canary that fails alone, or with a few upstreams, hides nothing", async () => {
  const { prober, statuses } = scene(fleet(numbered(5)));
  prober.script.set("canary", REFUSED);
  assert.equal((await statuses()).fleet, "SERVING");
  prober.script.set("u0/", REFUSED);
  prober.script.set("u1/", REFUSED);
  const { report } = await statuses();
  assert.deepEqual(
    ["", "u0", "u1", "u2"].map((name) => report.names.get(name)?.status),
    ["NOT_SERVING", "NOT_SERVING", "NOT_SERVING", "SERVING"],
  );
});

Deno.test("upstreams that answer NOT_SERVING, or with errors of their own, are not our network's fault", async () => {
  const { prober, all, statuses } = scene(fleet(numbered(5)));
  all({ kind: "failed", failure: "rpc_error", latencyMs: 3 });
  prober.script.set("canary", REFUSED);
  assert.equal((await statuses()).fleet, "NOT_SERVING");
  all({ kind: "answered", status: "NOT_SERVING", latencyMs: 3 });
  assert.equal((await statuses()).fleet, "NOT_SERVING");
});

Deno.test("upstreams of one host are not unrelated", async () => {
  const url = "https://one.example.com";
  const registry = { upstreams: numbered(5).map((name) => upstream(name, { url })), groups: [] };
  const { prober, all, statuses } = scene(registry);
  all(REFUSED);
  prober.script.set("canary", REFUSED);
  assert.equal((await statuses()).fleet, "NOT_SERVING");
});

Deno.test("without a canary nobody doubts himself, and with one it is asked only when something fails", async () => {
  const alone = scene(fleet(numbered(5)), false);
  alone.all(REFUSED);
  assert.equal((await alone.statuses()).fleet, "NOT_SERVING");
  const guarded = scene(fleet(numbered(5)));
  await guarded.statuses();
  assert.equal(guarded.prober.asked.includes("canary"), false);
});

Deno.test("a fleet first seen in an outage of our own is UNKNOWN", async () => {
  const { prober, all, statuses } = scene(fleet(numbered(5)));
  all("hang");
  prober.script.set("canary", "hang");
  const { first, report } = await statuses();
  assert.deepEqual([first, report].map(({ names }) => names.get("")?.status), ["UNKNOWN", "UNKNOWN"]);
});

Deno.test("who waits for a refresh that is doubted hears of the doubt, and who waits for the next hears that it is over", async () => {
  const { prober, loop, all, statuses } = scene(fleet(numbered(5)));
  await statuses();
  all(REFUSED);
  prober.script.set("canary", REFUSED);
  await loop.clock.advance(60_000);
  assert.equal((await loop.load()).names.get("")?.status, "UNKNOWN");
  await loop.rest();
  await loop.clock.advance(60_000);
  all(SERVING);
  prober.script.set("canary", SERVING);
  assert.equal((await loop.load()).names.get("")?.status, "SERVING");
  await loop.rest();
});

Deno.test("who waits for the refresh by which the canary is back hears that the fleet is down", async () => {
  const { prober, loop, all, statuses } = scene(fleet(numbered(5)));
  await statuses();
  all(REFUSED);
  prober.script.set("canary", REFUSED);
  await statuses();
  prober.script.set("canary", SERVING);
  await loop.clock.advance(60_000);
  assert.equal((await loop.load()).names.get("")?.status, "NOT_SERVING");
  await loop.rest();
});

Deno.test("a place that doubts itself stores nothing, though it be time to", async () => {
  const { prober, store, loop, all, statuses } = scene(fleet(numbered(5)));
  await statuses();
  const before = await store.read();
  all(REFUSED);
  prober.script.set("canary", REFUSED);
  for (let minutes = 0; minutes < 10; minutes++) {
    await loop.clock.advance(60_000);
    await statuses();
  }
  assert.deepEqual(await store.read(), before);
});

Deno.test("who doubts himself asks what is fresh too, and the first who asks once all is well hears so", async () => {
  const { prober, loop, all, statuses } = scene(fleet(numbered(5)));
  await statuses();
  all(REFUSED);
  prober.script.set("canary", REFUSED);
  assert.equal((await statuses()).report.isObserverSuspect, true);
  all(SERVING);
  await loop.clock.advance(SUSPECT_RETRY_MS);
  const report = await loop.load();
  assert.deepEqual([...new Set(report.targets.map(({ freshness }) => freshness))], ["fresh"]);
  assert.equal(report.names.get("")?.status, "SERVING");
  await loop.rest();
});

Deno.test("who doubts himself is not made to ask again at once, by however many readers", async () => {
  const { prober, loop, all, statuses } = scene(fleet(numbered(5)));
  await statuses();
  all(REFUSED);
  prober.script.set("canary", REFUSED);
  await loop.clock.advance(60_000);
  await loop.load();
  prober.asked.length = 0;
  for (let reader = 0; reader < 100; reader++) assert.equal((await loop.start()).isObserverSuspect, true);
  await loop.rest();
  assert.deepEqual(prober.asked, []);
  await loop.clock.advance(SUSPECT_RETRY_MS);
  await loop.load();
  await loop.rest();
  assert.equal(prober.asked.filter((key) => key === "u0/").length, 4);
});

Deno.test("who waits for news hears once of the doubt, and once of its end", async () => {
  const { prober, loop, all, statuses } = scene(fleet(numbered(5)));
  await statuses();
  const over = new AbortController();
  let news = 0;
  const listening = (async () => {
    for (; !over.signal.aborted; news++) await loop.changed(over.signal);
  })();
  all(REFUSED);
  prober.script.set("canary", REFUSED);
  await statuses();
  await statuses();
  assert.equal(news, 1);
  all(SERVING);
  await statuses();
  await statuses();
  assert.equal(news, 2);
  over.abort();
  await listening;
});

Deno.test("a fleet that takes a Worker's whole budget leaves a probe for the canary", async () => {
  const prober = scriptedProber({ canary: REFUSED });
  const registry = fleet(numbered(60));
  for (const { name } of registry.upstreams) prober.script.set(`${name}/`, REFUSED);
  const loop = createLoop({ registry, prober, canary: CANARY, knobs: { probesPerInvocation: 45 } });
  await loop.load();
  await loop.rest();
  assert.equal(prober.asked.length, 45);
  assert.equal((await loop.load()).isObserverSuspect, true);
  await loop.rest();
});

Deno.test("targets asked each in a refresh of its own, as when all streams break, are doubted together by the next", async () => {
  const { prober, loop, all, statuses } = scene(fleet(numbered(5)));
  await statuses();
  all(REFUSED);
  prober.script.set("canary", REFUSED);
  for (const name of numbered(5)) loop.start({ isForced: true, isTrusted: true, only: `${name}/` });
  await loop.rest();
  await loop.load();
  await loop.rest();
  const report = await loop.load();
  await loop.rest();
  assert.deepEqual([report.isObserverSuspect, report.targets.map(({ status }) => status)], [
    true,
    numbered(5).map(() => "SERVING"),
  ]);
});

Deno.test("a target that fails alone while the canary is silent is believed once the others have been asked too", async () => {
  const { prober, loop, statuses } = scene(fleet(numbered(5)));
  await statuses();
  prober.script.set("u0/", REFUSED);
  prober.script.set("canary", REFUSED);
  await loop.load({ isForced: true, isTrusted: true, only: "u0/" });
  await loop.rest();
  prober.asked.length = 0;
  await loop.load();
  await loop.rest();
  assert.deepEqual([...new Set(prober.asked)].sort(), ["canary", ...numbered(5).map((name) => `${name}/`)]);
  prober.asked.length = 0;
  const { names, isObserverSuspect } = await loop.load();
  assert.deepEqual([names.get("u0")?.status, names.get("u1")?.status], ["NOT_SERVING", "SERVING"]);
  assert.deepEqual([isObserverSuspect, prober.asked], [false, []]);
});

Deno.test("what is told to us says nothing of our network, and ends no doubt", async () => {
  const told = upstream("told", { protocol: "push", url: "", ttlMs: 1_000, lifeMs: 60_000 });
  const { prober, loop, all, statuses } = scene({ upstreams: [...fleet(numbered(5)).upstreams, told], groups: [] });
  await statuses();
  all("hang");
  prober.script.set("told/", SERVING);
  prober.script.set("canary", "hang");
  await statuses();
  const asked = loop.load();
  await loop.load({ isForced: true, isTrusted: true, only: "told/" });
  assert.equal((await loop.load()).isObserverSuspect, true);
  await asked;
  await loop.rest();
});

Deno.test("a lost probe of the canary does not keep a failure from being told inside the answer", async () => {
  const registry = fleet(numbered(5));
  const prober = scriptedProber();
  const loop = createLoop({
    registry,
    canary: CANARY,
    prober: proberOf((target, options) => {
      if (target.key === "canary") prober.script.set("canary", options.attempt === 1 ? "hang" : SERVING);
      return prober.probe(target, options);
    }),
  });
  await loop.load();
  prober.script.set("u0/", REFUSED);
  await loop.clock.advance(30_000);
  assert.equal(verdict(await loop.load(), "u0").status, "NOT_SERVING");
  assert.equal(prober.asked.filter((key) => key === "canary").length, 2);
});
