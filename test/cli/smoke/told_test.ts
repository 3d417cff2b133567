import assert from "node:assert/strict";
import type { Finding } from "../../../src/cli/smoke/finding.ts";
import { checkTold } from "../../../src/cli/smoke/told.ts";
import type { HealthDocument } from "../../../src/core/health-document.ts";
import type { StoreReport } from "../../../src/core/report.ts";
import { INVALID } from "../../../src/fleet/source.ts";
import { answered, failed, type FleetMember, NOW_MS, reportOn } from "../../support/reports.ts";
import { READ_TOKEN, surfaces } from "../../support/surfaces.ts";

const KEPT: StoreReport = {
  kind: "workers-kv",
  storedAtMs: NOW_MS - 200_000,
  readAtMs: NOW_MS,
  scheduledAtMs: NOW_MS - 40_000,
};

const UP: readonly FleetMember[] = [{ name: "up", state: answered("SERVING") }];

async function documentOf(store: StoreReport, members: readonly FleetMember[] = UP): Promise<HealthDocument> {
  const ask = surfaces({ ...reportOn(members), store });
  return await (await ask("/health", { headers: { authorization: `Bearer ${READ_TOKEN}` } })).json();
}

async function told(store: StoreReport, members?: readonly FleetMember[]): Promise<Record<string, Finding>> {
  const last = await documentOf(store, members);
  const first = { ...last, time: new Date(NOW_MS - 3_000).toISOString() };
  return Object.fromEntries(checkTold({ token: READ_TOKEN, first, last }).map((finding) => [finding.name, finding]));
}

for (
  const [what, store, verdict, seen, fix] of [
    ["it was written, and read back since", KEPT, "pass", /workers-kv, written 3 min ago and read back/, /^$/],
    ["no KV is bound", { ...KEPT, kind: "memory" }, "fail", /no KV is bound/, /\[\[kv_namespaces\]\] binding = "KV"/],
    ["nothing was stored", { kind: "workers-kv", storedAtMs: 0 }, "fail", /nothing was stored$/, /budget of KV writes/],
    ["writing stopped", { ...KEPT, storedAtMs: NOW_MS - 900_000 }, "fail", /nothing was stored for 15 min/, /budget/],
    ["it was not read back", { ...KEPT, readAtMs: NOW_MS - 4_000 }, "fail", /not read back/, /account and environment/],
    [
      "KV may not have told this place yet",
      { kind: "workers-kv", storedAtMs: NOW_MS - 30_000 },
      "skip",
      /not told to this place yet/,
      /in two minutes/,
    ],
  ] as const
) {
  Deno.test(`checkTold() gives the store a ${verdict} when ${what}`, async () => {
    const { store: finding } = await told(store);
    assert.equal(finding?.verdict, verdict);
    assert.match(finding.seen, seen);
    assert.match(finding.fix, fix);
  });
}

for (
  const [what, store, verdict, fix] of [
    ["it ran lately", KEPT, "pass", /^$/],
    ["it never ran", { kind: "workers-kv", storedAtMs: NOW_MS }, "fail", /crons = \["\* \* \* \* \*"\]/],
    ["it stopped", { ...KEPT, scheduledAtMs: NOW_MS - 900_000 }, "fail", /crons/],
    [
      "a process' timer is too slow",
      { kind: "deno-kv", storedAtMs: NOW_MS, scheduledAtMs: 1 },
      "fail",
      /REFRESH_EVERY_MS/,
    ],
  ] as const
) {
  Deno.test(`checkTold() gives cron a ${verdict} when ${what}`, async () => {
    const { cron } = await told(store);
    assert.equal(cron?.verdict, verdict);
    assert.match(cron.fix, fix);
  });
}

Deno.test("checkTold() fails a registry written at run time with where its errors are told, and not with another deployment", async () => {
  const document = await documentOf(KEPT);
  const last = { ...document, problems: [INVALID] };
  const [registry] = checkTold({ token: READ_TOKEN, first: document, last });
  assert.deepEqual([registry?.verdict, registry?.fix], ["fail", "see its log, and what rollcall registry says"]);
});

Deno.test("checkTold() judges the edge's conversion by native upstreams over TLS", async () => {
  const native = { name: "native", protocol: "grpc" } as const;
  const verdict = async (members: readonly FleetMember[], store = KEPT) => {
    const { "conversion to gRPC": finding } = await told(store, members);
    return [finding?.verdict, finding?.fix];
  };
  assert.deepEqual(await verdict(UP), ["skip", ""]);
  assert.deepEqual(await verdict([{ ...native, state: answered("NOT_SERVING") }]), ["pass", ""]);
  const broken = { ...native, state: failed("protocol_mismatch", "content-type text/html") };
  const fix = 'turn on Network, gRPC in the upstream\'s zone, or set protocol = "grpc-web"';
  assert.deepEqual(await verdict([broken]), ["fail", fix]);
  assert.deepEqual(await verdict([{ ...broken, url: "grpc://native.example.com" }]), ["skip", ""]);
  assert.deepEqual(await verdict([broken], { ...KEPT, kind: "deno-kv" }), ["skip", ""]);
});
