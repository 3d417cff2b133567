import assert from "node:assert/strict";
import fc from "fast-check";
import { createReport } from "../../src/core/create-report.ts";
import type { MaintenanceWindow } from "../../src/core/maintenance.ts";
import { type Registry, targetKey } from "../../src/core/registry.ts";
import type { NameVerdict } from "../../src/core/report.ts";
import { SERVING_STATUSES, type ServingStatus } from "../../src/core/status.ts";
import { arbitraryFleet, type SeenFleet, turned, WINDOW_MS } from "../arbitrary/fleet.ts";
import { snapshot, state } from "../support/fleet.ts";

const RUNS = { numRuns: 500 };

type Statuses = SeenFleet["statuses"];

const view = { nowMs: WINDOW_MS, place: "here", bounds: { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 } };

/** What is served, but for Rollcall's own names. */
function judge(registry: Registry, statuses: Statuses, maintenance: readonly MaintenanceWindow[] = []): NameVerdict[] {
  const states = Object.entries(statuses).map(([key, status]) => [key, state(WINDOW_MS - 1_000, { status })]);
  const { names } = createReport({ registry, snapshot: snapshot(Object.fromEntries(states)), view, maintenance });
  return [...names.values()].filter(({ name }) => name !== "liveness" && name !== "readiness");
}

function named(verdicts: readonly NameVerdict[], name: string): NameVerdict {
  const found = verdicts.find((verdict) => verdict.name === name);
  assert.ok(found, name);
  return found;
}

const rank = (status: ServingStatus) => SERVING_STATUSES.indexOf(status);
const keysOf = ({ culprits }: NameVerdict) => culprits.map(({ target }) => target.key);

/** These targets SERVING, the others as they are. */
function recovered(statuses: Statuses, keys: Iterable<string>): Statuses {
  return { ...statuses, ...Object.fromEntries([...keys].map((key) => [key, "SERVING" as const])) };
}

/** A name, its members and theirs, found by the registry alone. */
function below(registry: Registry, name: string): string[] {
  const group = registry.groups.find((group) => group.name === name);
  const members = group?.members.map((member) => member.name) ??
    (name === "" ? namesOf(registry.upstreams) : undefined);
  if (members !== undefined) return [name, ...members.flatMap((member) => below(registry, member))];
  const upstream = registry.upstreams.find((upstream) => upstream.name === name);
  if (upstream !== undefined) return [name, ...upstream.services.map((service) => targetKey(name, service))];
  if (name.includes("/")) return [name];
  const listing = registry.upstreams.filter(({ services }) => services.includes(name));
  return [name, ...namesOf(listing).map((upstream) => targetKey(upstream, name))];
}

const namesOf = (upstreams: Registry["upstreams"]) => upstreams.map(({ name }) => name);

/** All that windows are over. */
function coveredBy(windows: readonly MaintenanceWindow[], registry: Registry): ReadonlySet<string> {
  return new Set(windows.flatMap(({ name }) => below(registry, name)));
}

Deno.test("a target that gets worse makes no verdict better, in maintenance or not", () => {
  fc.assert(
    fc.property(arbitraryFleet, fc.nat(), fc.nat(), ({ registry, statuses, windows }, at, by) => {
      const keys = Object.keys(statuses);
      const key = keys[at % keys.length] ?? "";
      const worse = SERVING_STATUSES.filter((status) => rank(status) <= rank(statuses[key] ?? "UNKNOWN"));
      const after = judge(registry, { ...statuses, [key]: worse[by % worse.length] ?? "NOT_SERVING" }, windows);
      for (const { name, status } of judge(registry, statuses, windows)) {
        assert.ok(rank(named(after, name).status) <= rank(status), name);
      }
    }),
    RUNS,
  );
});

Deno.test("verdicts do not depend on the order in which upstreams, groups and members are written", () => {
  fc.assert(
    fc.property(arbitraryFleet, fc.nat(), ({ registry, statuses, windows }, turn) => {
      const groups = turned(registry.groups, turn).map((group) => ({ ...group, members: turned(group.members, turn) }));
      const others = judge({ upstreams: turned(registry.upstreams, turn), groups }, statuses, turned(windows, turn));
      const told = (verdict: NameVerdict) => [
        verdict.status,
        verdict.sinceMs,
        verdict.isDegraded,
        verdict.maintenance,
        keysOf(verdict).sort(),
      ];
      for (const verdict of judge(registry, statuses, windows)) {
        assert.deepEqual(told(named(others, verdict.name)), told(verdict));
      }
    }),
    RUNS,
  );
});

Deno.test("UNKNOWN is never green: a name that serves would serve if each target that is UNKNOWN were down", () => {
  fc.assert(
    fc.property(arbitraryFleet, ({ registry, statuses, windows }) => {
      const known = Object.entries(statuses).map(([key, status]) =>
        [key, status === "UNKNOWN" ? "NOT_SERVING" : status] as const
      );
      const pessimist = judge(registry, Object.fromEntries(known), windows);
      for (const { name, status } of judge(registry, statuses, windows)) {
        if (status === "SERVING") assert.equal(named(pessimist, name).status, "SERVING", name);
      }
    }),
    RUNS,
  );
});

Deno.test("maintenance never hides: a name is not SERVING by a window unless it were so with all that the window covers SERVING", () => {
  fc.assert(
    fc.property(arbitraryFleet, ({ registry, statuses, windows }) => {
      const covered = [...coveredBy(windows, registry)].filter((name) => Object.hasOwn(statuses, name));
      const best = judge(registry, recovered(statuses, covered));
      for (const { name, status } of judge(registry, statuses, windows)) {
        if (status === "SERVING") assert.equal(named(best, name).status, "SERVING", name);
      }
    }),
    RUNS,
  );
});

Deno.test("what a window covers is in maintenance and NOT_SERVING, waits for nothing else, and is still seen", () => {
  fc.assert(
    fc.property(arbitraryFleet, ({ registry, statuses, windows }) => {
      const covered = coveredBy(windows, registry);
      for (const { name, status, maintenance, culprits, target } of judge(registry, statuses, windows)) {
        if (covered.has(name)) assert.ok(maintenance, name);
        if (maintenance !== undefined) assert.equal(status, "NOT_SERVING", name);
        for (const culprit of culprits) {
          assert.equal(culprit.maintenance !== undefined, maintenance !== undefined, name);
        }
        assert.equal(target?.status, target === undefined ? undefined : statuses[name]);
      }
    }),
    RUNS,
  );
});

Deno.test("a window changes nothing for a name of which it covers no part", () => {
  fc.assert(
    fc.property(arbitraryFleet, ({ registry, statuses, windows }) => {
      const covered = coveredBy(windows, registry);
      const told = (verdict: NameVerdict) => [verdict.status, verdict.sinceMs, verdict.isDegraded, keysOf(verdict)];
      const without = judge(registry, statuses);
      for (const verdict of judge(registry, statuses, windows)) {
        if (below(registry, verdict.name).some((name) => covered.has(name))) continue;
        assert.deepEqual(told(verdict), told(named(without, verdict.name)), verdict.name);
      }
    }),
    RUNS,
  );
});

Deno.test("a name serves once its culprits recover, and has none while it serves", () => {
  fc.assert(
    fc.property(arbitraryFleet, ({ registry, statuses, windows }) => {
      for (const verdict of judge(registry, statuses, windows)) {
        if (verdict.status === "SERVING") assert.deepEqual(keysOf(verdict), []);
        if (verdict.maintenance !== undefined) continue;
        const after = judge(registry, recovered(statuses, keysOf(verdict)), windows);
        assert.equal(named(after, verdict.name).status, "SERVING", verdict.name);
      }
    }),
    RUNS,
  );
});

Deno.test("culprits are the targets of the minimal sets whose recovery makes a name serve, and no others", () => {
  fc.assert(
    fc.property(arbitraryFleet, ({ registry, statuses, windows }) => {
      const failing = Object.keys(statuses).filter((key) => statuses[key] !== "SERVING");
      const sets = subsetsOf(failing).map((keys) => ({
        keys,
        verdicts: judge(registry, recovered(statuses, keys), windows),
      }));
      for (const verdict of judge(registry, statuses, windows)) {
        if (verdict.maintenance !== undefined) continue;
        const enough = sets.filter(({ verdicts }) => named(verdicts, verdict.name).status === "SERVING")
          .map(({ keys }) => new Set(keys));
        const minimal = enough.filter((set) => !enough.some((other) => other.size < set.size && other.isSubsetOf(set)));
        const expected = minimal.reduce<ReadonlySet<string>>((all, set) => all.union(set), new Set());
        assert.deepEqual(keysOf(verdict).sort(), [...expected].sort(), verdict.name);
      }
    }),
    RUNS,
  );
});

function subsetsOf<T>(items: readonly T[]): T[][] {
  return items.reduce<T[][]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]);
}
