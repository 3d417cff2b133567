import assert from "node:assert/strict";
import { leavingReport } from "../../src/core/leaving.ts";
import { answered, failed, type FleetMember, NOW_MS, reportOn, stateOf } from "../support/reports.ts";
import { schemaFaults } from "../support/health-schema.ts";
import { READ_TOKEN, surfaces } from "../support/surfaces.ts";

const TRUSTED = { headers: { authorization: `Bearer ${READ_TOKEN}` } };

const MIXED: readonly FleetMember[] = [
  { name: "search", services: ["acme.Search"], state: answered("SERVING", { checkedAtMs: NOW_MS - 20_500 }) },
  { name: "pay", state: failed("unavailable", "refused by 10.0.0.7") },
  { name: "new" },
  {
    name: "shaky",
    critical: false,
    state: stateOf("SERVING", { kind: "failed", failure: "timeout", latencyMs: 1_500 }, { isSuspect: true }),
  },
];

Deno.test("GET /health tells of every name, the fleet first, and counts the targets", async () => {
  const answer = await surfaces(reportOn(MIXED))("/health");
  const health = await answer.json();
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("content-type"), "application/health+json");
  assert.deepEqual([health.status, health.servingStatus], ["fail", "NOT_SERVING"]);
  assert.deepEqual(health.counts, {
    targets: 4,
    serving: 2,
    notServing: 1,
    unknown: 1,
    late: 1,
    suspect: 1,
    critical: 3,
    maintenance: 0,
  });
  assert.deepEqual(health.culprits, ["pay/", "new/"]);
  assert.equal(health.names[0].name, "");
  assert.deepEqual(
    health.names.map(({ name }: { name: string }) => name).sort(),
    [...reportOn(MIXED).names.keys()].sort(),
  );
});

Deno.test("GET /health gives a target its status, age, freshness and failure kind", async () => {
  const { names } = await (await surfaces(reportOn(MIXED))("/health")).json();
  const named = (name: string) => names.find((entry: { name: string }) => entry.name === name);
  assert.deepEqual(named("search/acme.Search"), {
    name: "search/acme.Search",
    kind: "target",
    status: "SERVING",
    since: new Date(NOW_MS - 60_000).toISOString(),
    degraded: false,
    culprits: [],
    target: {
      upstream: "search",
      service: "acme.Search",
      critical: true,
      freshness: "stale",
      late: false,
      suspect: false,
      failure: null,
    },
    ageMs: 20_500,
  });
  assert.equal(named("pay").ageMs, 3_000);
  assert.equal(named("pay/").target.failure, "unavailable");
  assert.deepEqual([named("shaky/").target.suspect, named("shaky/").target.failure], [true, "timeout"]);
  assert.deepEqual([named("new/").since, named("new/").ageMs, named("new/").target.freshness], [null, null, "expired"]);
});

Deno.test("GET /health shows addresses, messages and attempts to trusted callers only, and header values to nobody", async () => {
  const ask = surfaces(reportOn(MIXED));
  const stranger = await (await ask("/health")).text();
  for (const detail of ["10.0.0.7", "internal.example", "attempts", "latencyMs", "place"]) {
    assert.ok(!stranger.includes(detail), detail);
  }
  const text = await (await ask("/health", TRUSTED)).text();
  assert.ok(!text.includes("upstream-secret"));
  const { target } = JSON.parse(text).names.find(({ name }: { name: string }) => name === "pay/");
  assert.equal(target.address, "https://pay.internal.example:8443");
  assert.equal(target.message, "refused by 10.0.0.7");
  assert.deepEqual(target.attempts, [
    { kind: "failed", failure: "unavailable", latencyMs: 34, message: "refused by 10.0.0.7" },
  ]);
});

Deno.test("GET /health says warn for a fleet that serves and yet deserves a look, with 200", async () => {
  const up = { name: "up", state: answered("SERVING") };
  const verdict = async (...input: Parameters<typeof reportOn>) => {
    const answer = await surfaces(reportOn(...input))("/health");
    return [answer.status, (await answer.json()).status];
  };
  assert.deepEqual(await verdict([up]), [200, "pass"]);
  assert.deepEqual(await verdict([up, { name: "spare", critical: false }]), [200, "warn"]);
  assert.deepEqual(await verdict([up], { problems: ["store: cannot be read"] }), [200, "warn"]);
  assert.deepEqual(
    await verdict([{ name: "old", state: answered("SERVING", { checkedAtMs: NOW_MS - 40_000 }) }]),
    [200, "warn"],
  );
  assert.deepEqual(await verdict([{ name: "odd", state: answered("UNKNOWN") }]), [503, "fail"]);
  assert.deepEqual(await verdict([]), [503, "fail"]);
  assert.deepEqual(await verdict([up], { isRegistryInvalid: true }), [503, "fail"]);
});

Deno.test("GET /health keeps to its published schema, whoever asks and whatever is wrong", async () => {
  const groups = [{ name: "g", policy: { kind: "any" }, members: [{ name: "pay", isCritical: true }] } as const];
  for (const report of [reportOn(MIXED, { groups, problems: ["store: cannot be read"] }), reportOn([])]) {
    for (const init of [{}, TRUSTED]) {
      assert.deepEqual(schemaFaults(await (await surfaces(report)("/health", init)).json()), []);
    }
  }
});

Deno.test("schemaFaults() finds what is missing, undocumented, or of another type", async () => {
  const health = await (await surfaces(reportOn(MIXED))("/health")).json();
  const { time: _time, ...untimed } = health;
  assert.deepEqual(schemaFaults({ ...untimed, extra: 1, ageMs: "old", status: "ok" }), [
    "$.time is missing",
    '$.status is "ok"',
    "$.ageMs is of type string",
    "$.extra is not documented",
  ]);
});

Deno.test("GET /health says that the registry is refused, and not which fields", async () => {
  const health = await (await surfaces(reportOn([], { isRegistryInvalid: true }))("/health", TRUSTED)).json();
  assert.deepEqual(health.problems, ["registry invalid: see the boot log"]);
});

Deno.test("GET /health tells trusted callers which protocol an auto upstream speaks, and what was tried in vain", async () => {
  const tried = [{ protocol: "grpc-web", seen: "HTTP 404" }, { protocol: "connect", seen: "a page" }] as const;
  const up = { kind: "answered", status: "SERVING", latencyMs: 4, negotiation: { protocol: "grpc", tried } } as const;
  const down = { kind: "failed", failure: "unavailable", latencyMs: 4, negotiation: { tried } } as const;
  const ask = surfaces(reportOn([
    { name: "found", protocol: "auto", state: stateOf("SERVING", up) },
    { name: "lost", protocol: "auto", state: stateOf("NOT_SERVING", down) },
    { name: "told", protocol: "connect", state: answered("SERVING") },
  ]));
  const health = await (await ask("/health", TRUSTED)).json();
  assert.deepEqual(schemaFaults(health), []);
  const shown = (name: string) => {
    const { target } = health.names.find((entry: { name: string }) => entry.name === name);
    return [target.protocol, target.tried, Object.keys(target.attempts[0] ?? {}).includes("negotiation")];
  };
  assert.deepEqual(shown("found/"), ["grpc", tried, false]);
  assert.deepEqual(shown("lost/"), [null, tried, false]);
  assert.deepEqual(shown("told/"), ["connect", [], false]);
  const stranger = await (await ask("/health")).text();
  for (const detail of ["HTTP 404", "a page", "tried", '"protocol"']) assert.ok(!stranger.includes(detail), detail);
  const dryRun = await (await ask("/dry_run", TRUSTED)).json();
  assert.match(dryRun.exception.stacks.join("\n"), /; tried grpc-web \(HTTP 404\), connect \(a page\)$/);
  assert.ok(!(await (await ask("/dry_run")).text()).includes("HTTP 404"));
});

Deno.test("GET /health tells of the store with the token only", async () => {
  const store = { kind: "workers-kv", storedAtMs: NOW_MS - 9_000, scheduledAtMs: NOW_MS - 1_000 } as const;
  const ask = surfaces({ ...reportOn(MIXED), store });
  const trusted = await (await ask("/health", TRUSTED)).json();
  assert.deepEqual(schemaFaults(trusted), []);
  const told = {
    kind: "workers-kv",
    storedAt: "2026-11-21T11:59:51.000Z",
    readAt: null,
    scheduledAt: "2026-11-21T11:59:59.000Z",
  };
  assert.deepEqual(trusted.store, told);
  assert.equal((await (await ask("/health")).json()).store, undefined);
});

const WINDOW = { id: "1", name: "pay", fromMs: NOW_MS - 1, untilMs: NOW_MS + 3_600_000, reason: "new disks" };
const MAINTENANCE = { until: "2026-11-21T13:00:00.000Z", reason: "new disks" };

Deno.test("GET /health tells how a name came to its status, by its policy and members, and leaves out what is usual", async () => {
  const members = ["search", "pay", "new"].map((name) => ({ name, isCritical: name !== "new" }));
  const groups = [{ name: "pool", policy: { kind: "quorum", k: 2 }, members }] as const;
  const health = await (await surfaces(reportOn(MIXED, { groups, maintenance: [WINDOW] }))("/health")).json();
  assert.deepEqual(schemaFaults(health), []);
  const named = (name: string) => health.names.find((entry: { name: string }) => entry.name === name);
  assert.deepEqual([named("pool").policy, named("pool").members], [{ quorum: 2 }, [
    { name: "search", status: "SERVING" },
    { name: "pay", status: "NOT_SERVING", maintenance: true },
    { name: "new", status: "UNKNOWN", critical: false },
  ]]);
  assert.deepEqual([named("").policy, named("search").members], ["all", [{
    name: "search/acme.Search",
    status: "SERVING",
  }]]);
  assert.deepEqual([named("pay/").members, named("liveness").policy], [undefined, undefined]);
});

Deno.test("GET /health shows maintenance, and what was seen of a target in it, to strangers too", async () => {
  const health = await (await surfaces(reportOn(MIXED, { maintenance: [WINDOW] }))("/health")).json();
  assert.deepEqual(schemaFaults(health), []);
  const named = (name: string) => health.names.find((entry: { name: string }) => entry.name === name);
  assert.deepEqual([health.output, health.counts.maintenance, health.counts.notServing], [undefined, 1, 1]);
  assert.deepEqual(health.culprits, ["new/"]);
  for (const name of ["pay", "pay/"]) {
    assert.deepEqual([named(name).status, named(name).maintenance], ["NOT_SERVING", MAINTENANCE]);
  }
  assert.deepEqual([named("pay/").target.seen, named("search/acme.Search").target.seen], ["NOT_SERVING", undefined]);
});

Deno.test("GET /health of a fleet wholly in maintenance fails for machines, and says so for people", async () => {
  const report = reportOn([{ name: "pay", state: answered("SERVING") }], { maintenance: [WINDOW] });
  const answer = await surfaces(report)("/health");
  const health = await answer.json();
  assert.deepEqual(schemaFaults(health), []);
  assert.deepEqual([answer.status, health.status, health.servingStatus], [503, "fail", "NOT_SERVING"]);
  assert.equal(health.output, "in maintenance until 2026-11-21T13:00:00Z: new disks");
  assert.equal((await (await surfaces(leavingReport(report))("/health")).json()).output, undefined);
});
