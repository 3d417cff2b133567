import assert from "node:assert/strict";
import { OBSERVER_SUSPECT } from "../../src/core/observer.ts";
import type { Registry, Target } from "../../src/core/registry.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { type Behaviour, fleet, numbered, REFUSED, scriptedProber, SERVING, upstream } from "../support/fleet.ts";
import { createLoop } from "../support/loop.ts";

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
