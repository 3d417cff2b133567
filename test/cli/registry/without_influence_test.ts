import assert from "node:assert/strict";
import { withoutInfluence } from "../../../src/cli/registry/without-influence.ts";
import { createReport } from "../../../src/core/create-report.ts";
import type { Group, Registry } from "../../../src/core/registry.ts";
import { snapshot, state, upstream } from "../../support/fleet.ts";

const view = { nowMs: 1_000_000, place: "here", bounds: { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 } };

function group(name: string, members: readonly string[], policy: Group["policy"] = { kind: "all" }): Group {
  return { name, policy, members: members.map((member) => ({ name: member, isCritical: true })) };
}

/** Statuses of these names, where upstream `here` serves and `away`, which lists `acme.Far`, is not reached. */
function statuses(groups: readonly Group[], ...names: readonly string[]) {
  const upstreams = [upstream("here"), upstream("away", { services: ["", "acme.Far"] })];
  const registry: Registry = withoutInfluence({ upstreams, groups }, new Set(["away"]));
  const made = createReport({ registry, snapshot: snapshot({ "here/": state(999_000) }), view });
  return names.map((name) => made.names.get(name)?.status);
}

Deno.test("withoutInfluence() lets neither an upstream nor its services count", () => {
  const groups = [group("a", ["here", "away"]), group("b", ["here", "away/"]), group("c", ["acme.Far", "here"])];
  assert.deepEqual(statuses(groups, "", "a", "b", "c"), ["SERVING", "SERVING", "SERVING", "SERVING"]);
});

Deno.test("withoutInfluence() asks a quorum for no more than can be reached", () => {
  assert.deepEqual(statuses([group("pool", ["here", "away"], { kind: "quorum", k: 2 })], "pool"), ["SERVING"]);
});

Deno.test("withoutInfluence() lets a group count no more of which nothing can be reached, and calls it UNKNOWN", () => {
  const groups = [group("", ["outer", "here"]), group("outer", ["far"]), group("far", ["away", "away/acme.Far"])];
  assert.deepEqual(statuses(groups, "far", "outer", ""), ["UNKNOWN", "UNKNOWN", "SERVING"]);
  assert.deepEqual(statuses([group("", ["away"])], ""), ["UNKNOWN"]);
});

Deno.test("withoutInfluence() leaves a group of nothing SERVING", () => {
  assert.deepEqual(statuses([group("none", [])], "none"), ["SERVING"]);
});
