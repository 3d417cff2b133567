import assert from "node:assert/strict";
import { fromJson } from "@bufbuild/protobuf";
import { createReport } from "../../src/core/create-report.ts";
import { PushReportRequestSchema } from "../../src/gen/rollcall/v1/status_pb.ts";
import { reportMessage } from "../../src/satellite/report-message.ts";
import { answered, failed, NOW_MS, reportOn } from "../support/reports.ts";

const SINCE = "2026-11-21T11:59:00.000Z";

Deno.test("reportMessage() tells every served name with its cause, but for the fleet's, its own and bare servers'", () => {
  const report = reportOn([
    { name: "checkout", state: failed("timeout", "no answer within 1500 ms"), services: ["", "acme.Checkout"] },
    { name: "search", state: answered("SERVING") },
    { name: "ads", state: answered("NOT_SERVING"), critical: false },
  ], { groups: [{ name: "shop", policy: { kind: "any" }, members: [{ name: "search", isCritical: true }] }] });
  const message = reportMessage(report, "eu");
  const down = {
    status: "NOT_SERVING",
    since: SINCE,
    cause: "timeout",
    message: "no answer within 1500 ms",
    latencyMs: 34,
  };
  assert.deepEqual(message, {
    name: "eu",
    status: "NOT_SERVING",
    madeAt: "2026-11-21T12:00:00.000Z",
    names: [
      { name: "checkout", isCulprit: true, ...down },
      { name: "checkout/acme.Checkout", isCulprit: true, ...down },
      { name: "search", status: "SERVING", since: SINCE, latencyMs: 12 },
      { name: "ads", status: "NOT_SERVING", since: SINCE, latencyMs: 12 },
      { name: "acme.Checkout", ...down },
      { name: "shop", status: "SERVING", since: SINCE, latencyMs: 12 },
    ],
  });
  // What connect-es, or any other server, reads of it.
  const read = fromJson(PushReportRequestSchema, JSON.parse(JSON.stringify(message)));
  assert.deepEqual([read.status, read.names[0]?.latencyMs, read.names[2]?.status], [2, 34, 1]);
});

Deno.test("reportMessage() tells of a discovered upstream that fails as a whole by its name", () => {
  const state = failed("dns", undefined, { listed: { "acme.Pay": { status: "SERVING", sinceMs: 1 } } });
  const { names } = reportMessage(reportOn([{ name: "pay", services: ["*"], state }]), "eu");
  assert.deepEqual(names.map(({ name, isCulprit, cause }) => [name, isCulprit, cause]), [
    ["pay", true, "dns"],
    ["pay/acme.Pay", undefined, "dns"],
    ["acme.Pay", undefined, "dns"],
  ]);
});

Deno.test("reportMessage() tells what is in maintenance, and until when", () => {
  const { registry } = reportOn([{ name: "a" }]);
  const window = { id: "w", name: "a", fromMs: 0, untilMs: NOW_MS + 60_000, reason: "new disk" };
  const bounds = { ttlMs: 15_000, staleMs: 30_000, expireMs: 600_000 };
  const snapshot = { targets: {}, storedAtMs: 0, writes: { day: 0, byWriter: {} } };
  const view = { nowMs: NOW_MS, place: "test", bounds };
  const { names } = reportMessage(createReport({ registry, snapshot, view, maintenance: [window] }), "eu");
  assert.deepEqual(names.map(({ name, status, message }) => ({ name, status, message })), [
    { name: "a", status: "NOT_SERVING", message: "in maintenance until 2026-11-21T12:01:00.000Z: new disk" },
  ]);
});

Deno.test("reportMessage() tells a whole fleet that fails in long words without them, for else nothing of it would be heard", () => {
  const services = Array.from({ length: 1_900 }, (_, at) => `acme.Service${at}`);
  const told = (message: string) => {
    const state = failed("unavailable", undefined, {
      observation: { kind: "failed", failure: "unavailable", message, latencyMs: 1 },
    });
    return reportMessage(reportOn([{ name: "a", state, services }]), "eu");
  };
  assert.equal(told("refused").names[0]?.message, "refused");
  const long = told("\u00e9".repeat(240));
  assert.ok(JSON.stringify(long).length < 1_048_576);
  const [name] = long.names;
  assert.deepEqual([long.names.length, name?.status, name?.cause, name?.message], [
    2_000,
    "NOT_SERVING",
    "unavailable",
    undefined,
  ]);
});

Deno.test("reportMessage() leaves out what does not fit, culprits last", () => {
  const services = Array.from({ length: 1_100 }, (_, at) => `acme.S${at}`);
  const members = [{ name: "a", state: answered("SERVING"), services }, { name: "z", state: failed("tls") }];
  const { names } = reportMessage(reportOn(members), "eu");
  assert.equal(names.length, 2_000);
  assert.equal(names[0]?.name, "z");
});
