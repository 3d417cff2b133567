import assert from "node:assert/strict";
import { createReport } from "../../src/core/create-report.ts";
import { type Recoveries, RECOVERIES_MAX, recoveriesOf } from "../../src/core/culprits.ts";
import type { Group, Registry } from "../../src/core/registry.ts";
import type { TargetReport } from "../../src/core/report.ts";
import { fleet, numbered, snapshot, state } from "../support/fleet.ts";

const view = { nowMs: 1_000_000, place: "here", bounds: { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 } };

/** Keys of the culprits of a name while these targets are down and all others serve. */
function culpritsOf(name: string, registry: Registry, down: readonly string[]): string[] | undefined {
  const states = registry.upstreams.map(({ name }) =>
    [`${name}/`, state(999_000, { status: down.includes(name) ? "NOT_SERVING" : "SERVING" })] as const
  );
  const report = createReport({ registry, snapshot: snapshot(Object.fromEntries(states)), view });
  return report.names.get(name)?.culprits.map(({ target }) => target.key);
}

function group(name: string, members: readonly string[], policy: Group["policy"] = { kind: "all" }): Group {
  return { name, policy, members: members.map((member) => ({ name: member, isCritical: true })) };
}

const ANY = { kind: "any" } as const;

Deno.test("culprits are those that help: of any over x with y, and x alone, only x is one", () => {
  const registry = fleet(["y", "x"], [group("both", ["x", "y"]), group("", ["both", "x"], ANY)]);
  assert.deepEqual(culpritsOf("", registry, ["x", "y"]), ["x/"]);
  assert.deepEqual(culpritsOf("both", registry, ["x", "y"]), ["y/", "x/"]);
});

Deno.test("culprits reach through groups in groups, each once and in registry order", () => {
  const registry = fleet(["a", "b", "c", "d"], [
    group("all", ["pool", "edge"]),
    group("edge", ["d", "a"]),
    group("pool", ["c", "a", "b"], { kind: "quorum", k: 2 }),
  ]);
  assert.deepEqual(culpritsOf("all", registry, ["a", "d", "c"]), ["a/", "d/"], "once a is back, the pool serves too");
  assert.deepEqual(culpritsOf("pool", registry, ["a", "d", "c"]), ["a/", "c/"]);
});

Deno.test("a spare that is down is no culprit while its pool serves", () => {
  const registry = fleet(["a", "b", "c"], [group("pool", ["a", "b"], ANY), group("", ["pool", "c"])]);
  assert.deepEqual(culpritsOf("", registry, ["a", "c"]), ["c/"]);
});

Deno.test("culprits are all that is down where there are too many ways out to weigh", () => {
  const names = numbered(20);
  const half = { kind: "quorum", k: 10 } as const;
  const registry = fleet(names, [
    group("half", names, half),
    group("again", names, half),
    group("", ["half", "again"]),
  ]);
  for (const name of ["half", ""]) assert.deepEqual(culpritsOf(name, registry, names), names.map((name) => `${name}/`));
  const many = numbered(RECOVERIES_MAX + 1);
  assert.equal(culpritsOf("any", fleet(many, [group("any", many, ANY)]), many)?.length, many.length);
});

Deno.test("a fleet of hundreds that are all down has one way out, and all are culprits", () => {
  assert.equal(culpritsOf("", fleet(numbered(1_000)), numbered(1_000))?.length, 1_000);
});

/** Reports told apart by what they are, not by what they say. */
const report = (key: string) => ({ target: { key } }) as unknown as TargetReport;
const [x, y, z] = [report("x"), report("y"), report("z")];
const single = (...reports: TargetReport[]): Recoveries => reports.map((one) => new Set([one]));

Deno.test("recoveriesOf() unites one way out of each member that is needed, and drops what holds another", () => {
  assert.deepEqual(recoveriesOf(2, [single(x, y), single(x, z)]), [new Set([x]), new Set([y, z])]);
  assert.deepEqual(recoveriesOf(1, [single(x), single(x), single(y)]), [new Set([x]), new Set([y])]);
  assert.deepEqual(recoveriesOf(0, [single(x)]), [new Set()]);
  assert.deepEqual(recoveriesOf(2, [single(x)]), [], "there is no way out");
});

Deno.test("recoveriesOf() gives up where a member did, or where there are too many", () => {
  assert.equal(recoveriesOf(1, [single(x), undefined]), undefined);
  const pools = Array.from({ length: 8 }, (_, at) => single(report(`${at}a`), report(`${at}b`)));
  assert.equal(recoveriesOf(7, pools.slice(0, 7))?.length, 128);
  assert.equal(recoveriesOf(8, pools), undefined);
});
