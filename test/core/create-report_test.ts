import assert from "node:assert/strict";
import { createReport } from "../../src/core/create-report.ts";
import type { MaintenanceWindow } from "../../src/core/maintenance.ts";
import type { Group, Registry } from "../../src/core/registry.ts";
import type { ServingStatus } from "../../src/core/status.ts";
import { fleet, snapshot, state, upstream } from "../support/fleet.ts";

const view = { nowMs: 1_000_000, place: "here", bounds: { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 } };

/** A report of a fleet whose targets have these statuses, by key. */
function report(
  registry: Registry,
  statuses: Readonly<Record<string, ServingStatus>>,
  maintenance: readonly MaintenanceWindow[] = [],
) {
  const states = Object.entries(statuses).map(([key, status], index) => [key, state(990_000 + index, { status })]);
  return createReport({ registry, snapshot: snapshot(Object.fromEntries(states)), view, maintenance });
}

function group(name: string, members: readonly string[], policy: Group["policy"] = { kind: "all" }): Group {
  return { name, policy, members: members.map((member) => ({ name: member, isCritical: true })) };
}

const UP_DOWN = { "a/": "SERVING", "b/": "NOT_SERVING" } as const;

Deno.test("createReport() says UNKNOWN of a fleet without upstreams", () => {
  assert.equal(createReport({ registry: fleet([]), snapshot: snapshot({}), view }).names.get("")?.status, "UNKNOWN");
});

Deno.test("createReport() says UNKNOWN of a target never seen, and of one whose state expired", () => {
  const made = createReport({ registry: fleet(["a", "b"]), snapshot: snapshot({ "b/": state(400_000) }), view });
  assert.deepEqual(made.targets.map(({ status, state }) => [status, state]), [["UNKNOWN", undefined], [
    "UNKNOWN",
    undefined,
  ]]);
});

Deno.test("G8: createReport() makes the fleet all critical targets, each once, when no group says otherwise", () => {
  const registry = fleet(["a", "b"], [group("pair", ["a", "b"]), group("again", ["a"])]);
  const verdict = report(registry, UP_DOWN).names.get("");
  assert.equal(verdict?.status, "NOT_SERVING");
  assert.deepEqual(verdict?.restsOn.map(({ target }) => target.key), ["a/", "b/"]);
});

Deno.test("G9: createReport() says SERVING of a fleet explicitly made of nothing, whatever its upstreams do", () => {
  const registry = fleet(["a", "b"], [group("", [])]);
  assert.equal(report(registry, UP_DOWN).names.get("")?.status, "SERVING");
});

Deno.test('createReport() lets the group "" define the fleet and readiness', () => {
  const registry = fleet(["a", "b"], [group("", ["a"])]);
  const { names } = report(registry, UP_DOWN);
  assert.equal(names.get("")?.status, "SERVING");
  assert.equal(names.get("readiness")?.status, "SERVING");
});

Deno.test("createReport() keeps liveness SERVING whatever the fleet does", () => {
  const made = createReport({ registry: fleet(["a"]), snapshot: snapshot({}), view });
  assert.equal(made.names.get("liveness")?.status, "SERVING");
});

Deno.test("createReport() judges an upstream by all its targets and a service by all upstreams that list it", () => {
  const registry = {
    upstreams: [upstream("a", { services: ["", "acme.Cart"] }), upstream("b", { services: ["acme.Cart"] })],
    groups: [],
  };
  const { names } = report(registry, { "a/": "SERVING", "a/acme.Cart": "SERVING", "b/acme.Cart": "NOT_SERVING" });
  assert.equal(names.get("a")?.status, "SERVING");
  assert.equal(names.get("acme.Cart")?.status, "NOT_SERVING");
  assert.equal(names.get("a/acme.Cart")?.status, "SERVING");
  assert.deepEqual(names.get("acme.Cart")?.culprits.map(({ target }) => target.key), ["b/acme.Cart"]);
});

Deno.test("createReport() shows an optional upstream, marks the fleet degraded, and does not let it change the status", () => {
  const registry = { upstreams: [upstream("a"), upstream("b", { critical: false })], groups: [] };
  const { names } = report(registry, UP_DOWN);
  assert.deepEqual([names.get("")?.status, names.get("")?.isDegraded], ["SERVING", true]);
  assert.equal(names.get("b")?.status, "NOT_SERVING");
  assert.deepEqual(names.get("")?.culprits, []);
});

Deno.test("createReport() keeps an upstream's own readiness service apart from the fleet's", () => {
  const registry = { upstreams: [upstream("a", { services: ["", "readiness"] }), upstream("b")], groups: [] };
  const { names } = report(registry, { "a/": "SERVING", "a/readiness": "SERVING", "b/": "NOT_SERVING" });
  assert.equal(names.get("a/readiness")?.status, "SERVING");
  assert.equal(names.get("readiness")?.status, "NOT_SERVING");
});

Deno.test("createReport() judges a service that only optional upstreams list by those", () => {
  const registry = {
    upstreams: [upstream("a"), upstream("b", { critical: false, services: ["acme.Cart"] })],
    groups: [],
  };
  const { names } = report(registry, { "a/": "SERVING", "b/acme.Cart": "NOT_SERVING" });
  assert.equal(names.get("acme.Cart")?.status, "NOT_SERVING");
});

Deno.test("createReport() calls a group degraded that serves with a spare member down", () => {
  const registry = fleet(["a", "b"], [group("pool", ["a", "b"], { kind: "any" })]);
  const verdict = report(registry, UP_DOWN).names.get("pool");
  assert.deepEqual([verdict?.status, verdict?.isDegraded], ["SERVING", true]);
});

Deno.test("createReport() names culprits once and in registry order", () => {
  const registry = fleet(["a", "b", "c"], [group("g", ["c", "a", "b"])]);
  const verdict = report(registry, { "a/": "NOT_SERVING", "b/": "SERVING", "c/": "NOT_SERVING" }).names.get("g");
  assert.deepEqual(verdict?.culprits.map(({ target }) => target.key), ["a/", "c/"]);
});

Deno.test("createReport() dates a verdict by the member that tipped it", () => {
  const registry = fleet(["a", "b", "c"], [group("two", ["a", "b", "c"], { kind: "quorum", k: 2 })]);
  const since = (statuses: Readonly<Record<string, ServingStatus>>) =>
    report(registry, statuses).names.get("two")?.sinceMs;
  assert.equal(since({ "a/": "SERVING", "b/": "SERVING", "c/": "SERVING" }), 990_001);
  assert.equal(since({ "a/": "NOT_SERVING", "b/": "SERVING", "c/": "NOT_SERVING" }), 990_002);
});

Deno.test("createReport() ignores what the snapshot holds of targets no longer registered", () => {
  const made = report(fleet(["a"]), UP_DOWN);
  assert.equal(made.names.get("")?.status, "SERVING");
  assert.equal(made.names.has("b"), false);
});

Deno.test("createReport() says how old the oldest observation is that the fleet rests on", () => {
  const registry = { upstreams: [upstream("a"), upstream("b"), upstream("c", { critical: false })], groups: [] };
  const states = { "a/": state(995_000), "b/": state(991_000), "c/": state(980_000) };
  assert.equal(createReport({ registry, snapshot: snapshot(states), view }).oldestCheckedAtMs, 991_000);
});

Deno.test("createReport() dates NOT_SERVING by those that do not serve, not by those unknown", () => {
  const statuses = { "a/": state(900_000, { status: "UNKNOWN" }), "b/": state(999_000, { status: "NOT_SERVING" }) };
  const made = createReport({ registry: fleet(["a", "b"]), snapshot: snapshot(statuses), view });
  assert.equal(made.names.get("")?.sinceMs, 999_000);
});

Deno.test("createReport() judges groups in groups, whichever is written first", () => {
  const groups = [group("world", ["eu", "c"], { kind: "any" }), group("eu", ["a", "b"])];
  for (const order of [groups, groups.toReversed()]) {
    const { names } = report(fleet(["a", "b", "c"], order), { ...UP_DOWN, "c/": "UNKNOWN" });
    assert.equal(names.get("eu")?.status, "NOT_SERVING");
    assert.equal(names.get("world")?.status, "UNKNOWN");
  }
});

Deno.test("createReport() gives every combined name its derivation", () => {
  const optional = { name: "spare", policy: { kind: "any" }, members: [{ name: "pair", isCritical: false }] } as const;
  const members = [{ name: "a", isCritical: true }, ...optional.members];
  const registry = fleet(["a", "b"], [group("pair", ["b", "a"]), { ...optional, members }]);
  const { names } = report(registry, UP_DOWN);
  const critical = { isCritical: true, isInMaintenance: false };
  assert.deepEqual(names.get("spare")?.derivation, {
    policy: { kind: "any" },
    members: [
      { name: "a", status: "SERVING", ...critical },
      { name: "pair", status: "NOT_SERVING", isCritical: false, isInMaintenance: false },
    ],
  });
  assert.deepEqual(names.get("a")?.derivation, {
    policy: { kind: "all" },
    members: [{ name: "a/", status: "SERVING", ...critical }],
  });
  assert.deepEqual(names.get("readiness")?.derivation?.members.map(({ name }) => name), ["a", "b"]);
  assert.deepEqual([names.get("a/")?.derivation, names.get("liveness")?.derivation], [undefined, undefined]);
});

function window(name: string, more: Partial<MaintenanceWindow> = {}): MaintenanceWindow {
  return { id: name, name, fromMs: 950_000, untilMs: 1_100_000, reason: "new disks", ...more };
}

Deno.test("createReport() leaves a member in maintenance out, and shows it as such", () => {
  const { names, targets } = report(fleet(["a", "b"]), UP_DOWN, [window("b")]);
  const fleetVerdict = names.get("");
  assert.deepEqual([fleetVerdict?.status, fleetVerdict?.isDegraded, fleetVerdict?.culprits], ["SERVING", false, []]);
  assert.deepEqual(fleetVerdict?.derivation?.members.map(({ isInMaintenance }) => isInMaintenance), [false, true]);
  assert.deepEqual(["b", "b/"].map((name) => names.get(name)?.maintenance), [window("b"), window("b")]);
  assert.deepEqual(targets.map(({ maintenance }) => maintenance), [undefined, window("b")]);
  assert.equal(names.get("b/")?.target, targets[1]);
});

Deno.test("createReport() says NOT_SERVING of what is in maintenance, since it is, and what was seen beside", () => {
  const { names, targets } = report(fleet(["a", "b"]), UP_DOWN, [window("a"), window("b")]);
  for (const name of ["a/", "a", "", "readiness"]) {
    const verdict = names.get(name);
    assert.deepEqual([verdict?.status, verdict?.sinceMs], ["NOT_SERVING", 950_000], name);
    assert.ok(verdict?.maintenance, name);
  }
  assert.deepEqual(names.get("")?.culprits.map(({ target }) => target.key), ["a/", "b/"]);
  assert.equal(targets[0]?.status, "SERVING");
});

Deno.test("createReport() lets maintenance hide no other failure", () => {
  const registry = fleet(["a", "b", "c"], [group("pool", ["a", "b", "c"], { kind: "quorum", k: 2 })]);
  const statuses = { "a/": "SERVING", "b/": "NOT_SERVING", "c/": "NOT_SERVING" } as const;
  const { names } = report(registry, statuses, [window("c")]);
  for (const name of ["", "pool"]) {
    assert.equal(names.get(name)?.status, "NOT_SERVING", name);
    assert.deepEqual(names.get(name)?.culprits.map(({ target }) => target.key), ["b/"], name);
  }
});

Deno.test("createReport() asks a quorum for no more members than are left", () => {
  const registry = fleet(["a", "b", "c"], [group("pool", ["a", "b", "c"], { kind: "quorum", k: 2 })]);
  const { names } = report(registry, { "a/": "SERVING" }, [window("b"), window("c")]);
  assert.equal(names.get("pool")?.status, "SERVING");
});

Deno.test("createReport() covers a group's members by its window, those of its groups too, wherever else they count", () => {
  const registry = fleet(["a", "b", "c"], [group("eu", ["b"]), group("world", ["eu"]), group("other", ["b", "c"])]);
  const { names } = report(registry, { ...UP_DOWN, "c/": "SERVING" }, [window("world")]);
  for (const name of ["world", "eu", "b", "b/"]) assert.ok(names.get(name)?.maintenance, name);
  assert.equal(names.get("other")?.status, "SERVING");
  assert.equal(names.get("a")?.maintenance, undefined);
});

Deno.test("createReport() covers every upstream's target of a service in a group's window, and nothing else of them", () => {
  const both = { services: ["", "acme.Cart"] };
  const registry = {
    upstreams: [upstream("a", both), upstream("b", both)],
    groups: [group("carts", ["acme.Cart"])],
  };
  const statuses = { "a/": "SERVING", "b/": "NOT_SERVING", "a/acme.Cart": "NOT_SERVING" } as const;
  const { names } = report(registry, statuses, [window("carts")]);
  assert.deepEqual(
    ["carts", "acme.Cart", "a/acme.Cart", "b/acme.Cart", "a", "b"].map((name) => names.get(name)?.maintenance?.id),
    ["carts", "carts", "carts", "carts", undefined, undefined],
  );
  assert.deepEqual([names.get("a")?.status, names.get("b")?.status], ["SERVING", "NOT_SERVING"]);
});

Deno.test("createReport() heeds windows in force only, and none for what is not there", () => {
  const past = window("b", { untilMs: 1_000_000 });
  const coming = window("b", { fromMs: 1_000_001 });
  const { names } = report(fleet(["a", "b"]), UP_DOWN, [past, coming, window("gone"), window("liveness")]);
  assert.equal(names.get("")?.status, "NOT_SERVING");
  assert.equal(names.get("b")?.maintenance, undefined);
  assert.equal(names.get("liveness")?.status, "SERVING");
});

Deno.test("createReport() tells of a name the window that ends last of its own, and first of its members'", () => {
  const registry = fleet(["a", "b"], [group("pair", ["a", "b"])]);
  const [short, long] = [window("a", { id: "short", untilMs: 1_050_000 }), window("a", { id: "long" })];
  const { names } = report(registry, UP_DOWN, [short, long, window("b", { id: "later", untilMs: 1_200_000 })]);
  assert.deepEqual(["a", "b", "pair"].map((name) => names.get(name)?.maintenance?.id), ["long", "later", "long"]);
});

Deno.test("createReport() puts an empty group, and a fleet without one, in maintenance by their own window", () => {
  const { names } = report(fleet(["a"], [group("none", [])]), {}, [window("none"), window("")]);
  for (const name of ["none", "", "a"]) assert.equal(names.get(name)?.status, "NOT_SERVING", name);
});

Deno.test("createReport() says when a verdict may turn by itself: at the next edge of a window, or when what was told ends", () => {
  const told = { kind: "answered", status: "SERVING", latencyMs: 0, untilMs: 1_020_000 } as const;
  const turnsAtMs = (maintenance: readonly MaintenanceWindow[], states = {}) =>
    createReport({ registry: fleet(["a", "b"]), snapshot: snapshot(states), view, maintenance }).turnsAtMs;
  assert.equal(turnsAtMs([]), Infinity);
  assert.equal(turnsAtMs([window("a")]), 1_100_000);
  assert.equal(turnsAtMs([window("a"), window("b", { fromMs: 1_050_000 })]), 1_050_000);
  assert.equal(turnsAtMs([window("a")], { "b/": state(995_000, { observation: told }) }), 1_020_000);
});
