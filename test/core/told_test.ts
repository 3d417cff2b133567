import assert from "node:assert/strict";
import { ageOf, nextAgeChangeMs } from "../../src/core/age.ts";
import { adopt } from "../../src/core/adopt.ts";
import { createReport } from "../../src/core/create-report.ts";
import { fold } from "../../src/core/fold.ts";
import type { MaintenanceWindow } from "../../src/core/maintenance.ts";
import type { Sighting } from "../../src/core/observation.ts";
import { questionOf } from "../../src/core/question.ts";
import { type Target, targetKey, type Upstream } from "../../src/core/registry.ts";
import { EMPTY_SNAPSHOT, type Snapshot } from "../../src/core/snapshot.ts";
import { decodeTold, encodeTold, observationOf, type Told, toldKey, toldText } from "../../src/core/told.ts";
import { upstream } from "../support/fleet.ts";

const BOUNDS = { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 };
const PUSHED: Told = { status: "SERVING", toldAtMs: 1_000, untilMs: 61_000 };

function at(nowMs: number) {
  return { nowMs, place: "here", bounds: BOUNDS };
}

function told(protocol: "push" | "satellite", name = "a"): Target {
  const service = protocol === "push" ? "" : "*";
  const told: Upstream = upstream(name, { protocol, url: "", services: [service], lifeMs: 60_000 });
  return { key: targetKey(name, service), upstream: told, service };
}

/** What is known once `record` was read at `atMs`. */
function known(target: Target, record: Told | undefined, atMs: number, prior = EMPTY_SNAPSHOT): Snapshot {
  const observation = observationOf(record, { nowMs: atMs, latencyMs: 1 });
  const sighting: Sighting = {
    targetKey: target.key,
    question: questionOf(target.upstream),
    observation,
    attempts: [observation],
    isConfirmed: false,
    atMs,
    place: "here",
  };
  return fold(prior, [sighting], { rise: 3, priorOf: (state) => state });
}

function report(targets: readonly Target[], snapshot: Snapshot, nowMs: number, maintenance: MaintenanceWindow[] = []) {
  const registry = { upstreams: targets.map(({ upstream }) => upstream), groups: [] };
  return createReport({ registry, snapshot, view: at(nowMs), maintenance });
}

function statuses(of: ReturnType<typeof report>): Record<string, string> {
  const own = ["", "readiness", "liveness"];
  return Object.fromEntries(
    [...of.names.values()].filter(({ name }) => !own.includes(name)).map((v) => [v.name, v.status]),
  );
}

Deno.test("toldKey() gives each told target a record of its own, under its protocol's prefix", () => {
  assert.equal(toldKey(told("push")), "status/a/");
  assert.equal(toldKey({ ...told("push"), service: "x.Y/z" }), "status/a/x.Y/z");
  assert.equal(toldKey(told("satellite")), "satellite/a");
});

Deno.test("decodeTold() reads back what encodeTold() wrote, and nothing else", () => {
  const report = { names: { ["__proto__"]: { status: "SERVING", sinceMs: 1 } as const }, madeAtMs: 7 };
  for (const record of [PUSHED, { ...PUSHED, message: "m" }, { ...PUSHED, report }]) {
    assert.deepEqual(decodeTold(encodeTold(record)), record);
  }
  const wrong = ["", "null", "[]", "{}", encodeTold(PUSHED).replace("SERVING", "SERVICE_UNKNOWN"), "{"];
  for (const text of [...wrong, JSON.stringify({ ...PUSHED, untilMs: "soon" })]) {
    assert.equal(decodeTold(text), undefined, text);
  }
});

Deno.test("observationOf() says what was told until its time has come, then UNKNOWN, and UNKNOWN where nothing was", () => {
  const seen = (record: Told | undefined, nowMs: number) => observationOf(record, { nowMs, latencyMs: 2 });
  assert.deepEqual(seen(PUSHED, 60_999), { kind: "answered", status: "SERVING", latencyMs: 2, untilMs: 61_000 });
  assert.deepEqual(seen(PUSHED, 61_000), {
    kind: "answered",
    status: "UNKNOWN",
    reason: "told_too_long_ago",
    latencyMs: 2,
  });
  assert.deepEqual(seen(undefined, 0), { kind: "answered", status: "UNKNOWN", reason: "never_told", latencyMs: 2 });
  assert.equal(seen({ ...PUSHED, status: "UNKNOWN" }, 1).reason, "status_unknown");
});

Deno.test("toldText() leaves one line of Unicode, not too long", () => {
  assert.equal(toldText(" a\r\n\tb\x00 "), "a b");
  assert.equal(toldText("x".repeat(239) + "\u{1F600}").length, 239);
  assert.equal(toldText("y".repeat(500)).length, 240);
});

Deno.test("ageOf() expires a told status exactly when it was told to end, whatever its age", () => {
  const target = told("push");
  const state = known(target, PUSHED, 60_998).targets[target.key];
  assert.equal(ageOf(state, target.upstream, at(60_999)), "fresh");
  assert.equal(nextAgeChangeMs(state, target.upstream, at(60_999)), 61_000);
  assert.equal(ageOf(state, target.upstream, at(61_000)), "expired");
  assert.equal(report([target], known(target, PUSHED, 60_998), 60_999).names.get("a")?.status, "SERVING");
  assert.equal(report([target], known(target, PUSHED, 60_998), 61_000).names.get("a")?.status, "UNKNOWN");
});

Deno.test("fold() takes no reading that began before what is known was told", () => {
  const target = told("push");
  const newer = known(target, { ...PUSHED, status: "NOT_SERVING" }, 5_000);
  assert.equal(known(target, PUSHED, 4_999, newer).targets[target.key]?.status, "NOT_SERVING");
});

const NAMES = {
  "checkout": { status: "NOT_SERVING", sinceMs: 400, fault: "timeout", message: "no answer", isCulprit: true },
  "search": { status: "NOT_SERVING", sinceMs: 300 },
  "acme.Pay": { status: "SERVING", sinceMs: 200, latencyMs: 9 },
} as const;
const REPORTED: Told = { ...PUSHED, status: "NOT_SERVING", report: { names: NAMES, madeAtMs: 900 } };

Deno.test("createReport() serves a satellite's names under its own, and its verdict as it told it", () => {
  const eu = told("satellite", "eu");
  const made = report([eu], known(eu, REPORTED, 2_000), 2_000);
  assert.deepEqual(statuses(made), {
    "eu/checkout": "NOT_SERVING",
    "eu/search": "NOT_SERVING",
    "eu/acme.Pay": "SERVING",
    "eu": "NOT_SERVING",
  });
  const { culprits = [], sinceMs } = made.names.get("") ?? {};
  assert.deepEqual(culprits.map(({ target }) => target.key), ["eu/checkout"]);
  assert.equal(sinceMs, 2_000);
  assert.equal(made.names.get("eu/checkout")?.sinceMs, 400);
  assert.deepEqual(culprits[0]?.state?.observation, {
    kind: "failed",
    failure: "timeout",
    message: "no answer",
    latencyMs: 0,
    untilMs: 61_000,
  });
  assert.equal(made.names.get("eu/acme.Pay")?.target?.state?.observation.latencyMs, 9);
});

Deno.test("createReport() takes a satellite's SERVING although an optional name of it is down, and calls it degraded", () => {
  const eu = told("satellite", "eu");
  const made = report([eu], known(eu, { ...REPORTED, status: "SERVING" }, 2_000), 2_000);
  assert.equal(made.names.get("")?.status, "SERVING");
  assert.equal(made.names.get("eu")?.isDegraded, true);
  assert.deepEqual(made.names.get("")?.culprits, []);
});

Deno.test("createReport() blames a satellite as a whole that names no culprit, or tells nothing any more", () => {
  const eu = told("satellite", "eu");
  const blamed = (record: Told | undefined, nowMs: number, seenAtMs = nowMs) =>
    report([eu], known(eu, record, seenAtMs), nowMs).names.get("")?.culprits.map(({ target, status }) => ({
      key: target.key,
      status,
    }));
  const nameless = { ...REPORTED, report: { names: {}, madeAtMs: 1 } };
  assert.deepEqual(blamed(nameless, 2_000), [{ key: "eu/*", status: "NOT_SERVING" }]);
  assert.deepEqual(blamed(undefined, 2_000), [{ key: "eu/*", status: "UNKNOWN" }]);
  assert.deepEqual(blamed(REPORTED, 61_000), [{ key: "eu/*", status: "UNKNOWN" }]);
  assert.deepEqual(blamed(REPORTED, 61_000, 2_000), [{ key: "eu/*", status: "UNKNOWN" }]);
});

Deno.test("createReport() still serves the names of a silent satellite, each UNKNOWN", () => {
  const eu = told("satellite", "eu");
  const unknown = { "eu/checkout": "UNKNOWN", "eu/search": "UNKNOWN", "eu/acme.Pay": "UNKNOWN", "eu": "UNKNOWN" };
  // Read before its time had come, and after.
  assert.deepEqual(statuses(report([eu], known(eu, REPORTED, 2_000), 61_000)), { "eu/*": "UNKNOWN", ...unknown });
  assert.deepEqual(statuses(report([eu], known(eu, REPORTED, 61_000), 61_000)), unknown);
});

Deno.test("createReport() covers a satellite and its names by a window for it, and hides no other failure", () => {
  const [eu, us] = [told("satellite", "eu"), told("satellite", "us")];
  const snapshot = known(us, REPORTED, 2_000, known(eu, REPORTED, 2_000));
  const window = { id: "w", name: "eu", fromMs: 0, untilMs: 9_000, reason: "move" };
  const made = report([eu, us], snapshot, 2_000, [window]);
  for (const name of ["eu", "eu/checkout", "eu/acme.Pay"]) {
    assert.equal(made.names.get(name)?.status, "NOT_SERVING", name);
    assert.equal(made.names.get(name)?.maintenance?.id, "w", name);
  }
  assert.equal(made.names.get("")?.status, "NOT_SERVING");
  assert.deepEqual(made.names.get("")?.culprits.map(({ target }) => target.key), ["us/checkout"]);
});

Deno.test("createReport() says NOT_SERVING of a satellite in maintenance, and of its names, although it tells SERVING", () => {
  const eu = told("satellite", "eu");
  const serving: Told = { ...PUSHED, report: { names: { "acme.Pay": NAMES["acme.Pay"] }, madeAtMs: 900 } };
  const window: MaintenanceWindow = { id: "1", name: "eu", fromMs: 0, untilMs: 60_000, reason: "move" };
  const of = report([eu], known(eu, serving, 2_000), 2_000, [window]);
  assert.deepEqual(statuses(of), { "eu": "NOT_SERVING", "eu/acme.Pay": "NOT_SERVING" });
  assert.deepEqual(["eu", ""].map((name) => of.names.get(name)?.maintenance), [window, window]);
  assert.deepEqual(of.names.get("eu")?.culprits.map(({ target, maintenance }) => [target.key, maintenance]), [
    [eu.key, window],
  ]);
});

Deno.test("fold() keeps a satellite's names once", () => {
  const eu = told("satellite", "eu");
  const state = known(eu, REPORTED, 2_000).targets[eu.key];
  assert.deepEqual(state?.listed, NAMES);
  assert.equal(JSON.stringify(state).split("acme.Pay").length, 2);
});

Deno.test("adopt() takes a stored told status for overdue, so that its source is read first", () => {
  const target = told("push");
  const stored = known(target, PUSHED, 9_990);
  const state = adopt(EMPTY_SNAPSHOT, stored, at(10_000), [target]).targets[target.key];
  assert.equal(state?.status, "SERVING");
  assert.equal(ageOf(state, target.upstream, at(10_000)), "overdue");
});

Deno.test("createReport() knows of a member that its satellite does not tell of: UNKNOWN while that is silent, else not there", () => {
  const eu = told("satellite", "eu");
  const member = (record: Told | undefined, nowMs: number) => {
    const members = [{ name: "eu/gone", isCritical: true }];
    const registry = { upstreams: [eu.upstream], groups: [{ name: "g", policy: { kind: "all" as const }, members }] };
    const made = createReport({ registry, snapshot: known(eu, record, nowMs), view: at(nowMs) });
    const { observation } = made.names.get("g")?.culprits[0]?.state ?? {};
    return [made.names.get("g")?.status, observation?.kind === "answered" && observation.reason];
  };
  assert.deepEqual(member(REPORTED, 2_000), ["NOT_SERVING", "service_not_registered"]);
  assert.deepEqual(member(REPORTED, 61_000), ["UNKNOWN", "told_too_long_ago"]);
  assert.deepEqual(member(undefined, 2_000), ["UNKNOWN", "never_told"]);
});

Deno.test("createReport() lets no answer be kept for longer than what was told holds", () => {
  const target = told("push");
  const short = { ...PUSHED, untilMs: 4_000 };
  assert.equal(report([target], known(target, short, 1_000), 1_500).ttlMs, 3_000);
  assert.equal(report([target], known(target, PUSHED, 1_000), 1_500).ttlMs, 15_000);
  assert.equal(report([target], known(target, short, 1_000), 4_000).ttlMs, 15_000);
});
