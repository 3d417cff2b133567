import assert from "node:assert/strict";
import { createReport } from "../../src/core/create-report.ts";
import { foldTarget } from "../../src/core/fold.ts";
import type { MaintenanceWindow } from "../../src/core/maintenance.ts";
import type { Observation, Sighting } from "../../src/core/observation.ts";
import { questionOf } from "../../src/core/question.ts";
import type { Group, Registry } from "../../src/core/registry.ts";
import type { TargetState } from "../../src/core/snapshot.ts";
import type { ServingStatus } from "../../src/core/status.ts";
import { REFUSED, snapshot, state, upstream } from "../support/fleet.ts";

const view = { nowMs: 10_000, place: "here", bounds: { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 } };
const KEY = "b/*";

function listing(listed: Readonly<Record<string, ServingStatus>>): Observation {
  const isAllServing = Object.values(listed).every((status) => status === "SERVING");
  return { kind: "answered", status: isAllServing ? "SERVING" : "NOT_SERVING", listed, latencyMs: 5 };
}

const question = questionOf(upstream("b"));

function sighting(observation: Observation, atMs: number, isConfirmed = false): Sighting {
  return { targetKey: KEY, observation, attempts: [observation], isConfirmed, atMs, place: "here", question };
}

/** A state after these sightings. */
function after(...sightings: readonly Sighting[]): TargetState | undefined {
  return sightings.reduce<TargetState | undefined>((known, seen) => foldTarget(known, seen, 1), undefined);
}

/** Upstream `a` as usual, `b` discovered. */
function report(
  known: TargetState | undefined,
  groups: readonly Group[] = [],
  maintenance: readonly MaintenanceWindow[] = [],
) {
  const registry: Registry = { upstreams: [upstream("a"), upstream("b", { services: ["*"] })], groups };
  const states = known === undefined ? {} : { [KEY]: known };
  return createReport({ registry, snapshot: snapshot({ "a/": state(9_000), ...states }), view, maintenance });
}

function statuses(known: TargetState | undefined, groups: readonly Group[] = []) {
  const { names } = report(known, groups);
  return (name: string) => names.get(name)?.status;
}

const TWO = listing({ "": "SERVING", "acme.Cart": "NOT_SERVING" });

Deno.test("createReport() serves every name that an upstream lists, each with its own status", () => {
  const status = statuses(after(sighting(TWO, 9_000)));
  assert.deepEqual(
    ["b", "b/", "b/acme.Cart", "acme.Cart", "b/*", ""].map(status),
    ["NOT_SERVING", "SERVING", "NOT_SERVING", "NOT_SERVING", undefined, "NOT_SERVING"],
  );
});

Deno.test("createReport() blames the listed name, not its whole upstream", () => {
  const { names, targets } = report(after(sighting(TWO, 9_000)));
  assert.deepEqual(names.get("")?.culprits.map(({ target }) => target.key), ["b/acme.Cart"]);
  assert.deepEqual(targets.map(({ target, index }) => [target.key, index]), [["a/", 0], ["b/", 1], ["b/acme.Cart", 2]]);
});

Deno.test("createReport() leaves the list out of each name's observations", () => {
  for (const { state } of report(after(sighting(TWO, 9_000))).targets) {
    assert.ok(!JSON.stringify(state).includes("listed"));
  }
});

Deno.test("a name that is no longer listed is gone", () => {
  const known = after(sighting(TWO, 8_000), sighting(listing({ "": "SERVING" }), 9_000));
  const status = statuses(known);
  assert.deepEqual(["b/acme.Cart", "acme.Cart", "b", ""].map(status), [undefined, undefined, "SERVING", "SERVING"]);
});

Deno.test("a listed name keeps since while its own status stays", () => {
  const known = after(
    sighting(listing({ x: "SERVING", y: "SERVING" }), 7_000),
    sighting(listing({ x: "SERVING", y: "NOT_SERVING" }), 8_000),
    sighting(listing({ x: "SERVING", y: "NOT_SERVING", z: "SERVING" }), 9_000),
  );
  assert.deepEqual(
    Object.entries(known?.listed ?? {}).map(([name, { sinceMs }]) => [name, sinceMs]),
    [["x", 7_000], ["y", 8_000], ["z", 9_000]],
  );
});

Deno.test("names stay served while their upstream is down, and the upstream alone is to blame", () => {
  const known = after(sighting(listing({ "": "SERVING", x: "SERVING" }), 8_000), sighting(REFUSED, 9_000, true));
  const { names } = report(known);
  assert.deepEqual(["b", "b/", "b/x", "x"].map((name) => names.get(name)?.status), Array(4).fill("NOT_SERVING"));
  assert.deepEqual(names.get("")?.culprits.map(({ target }) => target.key), [KEY]);
});

Deno.test("names keep their statuses while their upstream is a suspect", () => {
  const { names } = report(after(sighting(TWO, 8_000), sighting(REFUSED, 9_000)));
  assert.deepEqual(["b/", "b/acme.Cart"].map((name) => names.get(name)?.status), ["SERVING", "NOT_SERVING"]);
  assert.equal(names.get("b/")?.target?.state?.isSuspect, true);
});

Deno.test("a lost probe makes no name red while another name's NOT_SERVING makes the whole NOT_SERVING", () => {
  const known = after(sighting(TWO, 8_000), sighting(REFUSED, 9_000));
  assert.equal(known?.isSuspect, true);
  assert.equal(after(sighting(TWO, 8_000), sighting(REFUSED, 8_500, true), sighting(REFUSED, 9_000))?.isSuspect, false);
  const allDown = listing({ "": "NOT_SERVING", x: "NOT_SERVING" });
  assert.equal(after(sighting(allDown, 8_000), sighting(REFUSED, 9_000))?.isDownByFailure, true);
});

Deno.test("an upstream that has no list is one target, as a whole", () => {
  const whole: Observation = { kind: "answered", status: "SERVING", hasNoList: true, latencyMs: 5 };
  const { names, targets } = report(after(sighting(whole, 9_000)));
  assert.deepEqual(targets.map(({ target }) => target.key), ["a/", KEY]);
  assert.deepEqual([names.get("b")?.status, names.get("")?.status], ["SERVING", "SERVING"]);
});

Deno.test("an upstream never asked, or listing nothing, is UNKNOWN", () => {
  assert.equal(statuses(undefined)("b"), "UNKNOWN");
  const nothing: Observation = { kind: "answered", status: "UNKNOWN", reason: "status_unknown", latencyMs: 5 };
  assert.equal(statuses(after(sighting(nothing, 9_000)))("b"), "UNKNOWN");
});

Deno.test("a listed name that is registered for something else is reached as upstream/service only", () => {
  const status = statuses(after(sighting(listing({ a: "NOT_SERVING" }), 9_000)));
  assert.deepEqual([status("a"), status("b/a")], ["SERVING", "NOT_SERVING"]);
});

Deno.test("a group member that its upstream does not list is NOT_SERVING, and said to be missing", () => {
  const group: Group = { name: "g", policy: { kind: "all" }, members: [{ name: "b/gone", isCritical: true }] };
  const { names } = report(after(sighting(listing({ "": "SERVING" }), 9_000)), [group]);
  const culprit = names.get("g")?.culprits[0];
  assert.equal(names.get("g")?.status, "NOT_SERVING");
  assert.equal(culprit?.target.key, "b/gone");
  assert.equal(
    culprit?.state?.observation.kind === "answered" && culprit.state.observation.reason,
    "service_not_registered",
  );
  assert.equal(names.get("b/gone"), undefined, "what nobody lists is not served");
});

Deno.test("a group member of an upstream that has no list, or was never asked, is UNKNOWN", () => {
  const group: Group = { name: "g", policy: { kind: "all" }, members: [{ name: "b/x", isCritical: true }] };
  const whole: Observation = { kind: "answered", status: "SERVING", hasNoList: true, latencyMs: 5 };
  assert.equal(statuses(after(sighting(whole, 9_000)), [group])("g"), "UNKNOWN");
  assert.equal(statuses(undefined, [group])("g"), "UNKNOWN");
});

Deno.test("a group member is judged by its own status where it is listed", () => {
  const group: Group = { name: "g", policy: { kind: "all" }, members: [{ name: "b/", isCritical: true }] };
  assert.equal(statuses(after(sighting(TWO, 9_000)), [group])("g"), "SERVING");
});

Deno.test("createReport() covers by an upstream's window every name it lists, or once listed, or should", () => {
  const window: MaintenanceWindow = { id: "w", name: "b", fromMs: 1, untilMs: 20_000, reason: "new disks" };
  const shop: Group = {
    name: "shop",
    policy: { kind: "all" },
    members: ["a", "b/acme.Cart", "b/acme.Never"].map((name) => ({ name, isCritical: true })),
  };
  const listed = after(sighting(TWO, 9_000));
  const down = after(sighting(TWO, 8_000), sighting(REFUSED, 9_000, true));
  for (const [what, known] of [["listed", listed], ["down", down], ["never seen", undefined]] as const) {
    const { names } = report(known, [shop], [window]);
    assert.equal(names.get("b")?.maintenance?.id, "w", what);
    assert.deepEqual([names.get("shop")?.status, names.get("shop")?.culprits], ["SERVING", []], what);
    if (known === undefined) continue;
    for (const name of ["b/acme.Cart", "acme.Cart"]) {
      assert.equal(names.get(name)?.maintenance?.id, "w", `${what}: ${name}`);
    }
  }
});
