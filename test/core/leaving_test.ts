import assert from "node:assert/strict";
import { leavingReport } from "../../src/core/leaving.ts";
import { answered, reportOn } from "../support/reports.ts";

const report = reportOn([{ name: "up", services: ["", "acme.A"], state: answered("SERVING") }], {
  groups: [{ name: "none", policy: { kind: "all" }, members: [] }],
});

Deno.test("leavingReport() makes every name NOT_SERVING, and leaves what was seen of the targets", () => {
  const leaving = leavingReport(report);
  assert.deepEqual([...leaving.names.keys()], [...report.names.keys()]);
  assert.deepEqual(new Set([...leaving.names.values()].map(({ status }) => status)), new Set(["NOT_SERVING"]));
  assert.deepEqual(leaving.targets, report.targets);
  assert.deepEqual(leaving.problems, ["shutting down"]);
});

Deno.test("leavingReport() derives no name from members that have another status than they are told to have", () => {
  const { names } = leavingReport(report);
  const members = [...names.values()].flatMap(({ derivation }) => derivation?.members ?? []);
  assert.ok(members.length > 0);
  for (const { name, status } of members) assert.equal(status, names.get(name)?.status, name);
});

Deno.test("leavingReport() keeps the identity of names while the report's own stays", () => {
  assert.equal(leavingReport(report).names, leavingReport({ ...report, nowMs: report.nowMs + 1 }).names);
});
