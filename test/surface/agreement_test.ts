import fc from "fast-check";
import assert from "node:assert/strict";
import type { HealthName } from "../../src/core/health-document.ts";
import { leavingReport } from "../../src/core/leaving.ts";
import type { FailureKind } from "../../src/core/observation.ts";
import { suspectReport } from "../../src/core/observer.ts";
import type { Report } from "../../src/core/report.ts";
import type { ServingStatus } from "../../src/core/status.ts";
import { listedNames } from "../../src/surface/served-name.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import type { Farewell, Upgrade } from "../../src/surface/upgrade.ts";
import { schemaFaults } from "../support/health-schema.ts";
import { healthClients, jinaClients } from "../support/clients.ts";
import { answered, failed, type FleetMember, NOW_MS, reportOn, stateOf } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const status = fc.constantFrom<ServingStatus>("SERVING", "NOT_SERVING", "UNKNOWN");
const failure = fc.constantFrom<FailureKind>(
  "timeout",
  "unavailable",
  "dns",
  "tls",
  "overloaded",
  "rpc_error",
  "protocol_mismatch",
);
const age = fc.constantFrom(0, 3_000, 14_999, 15_000, 29_999, 30_000, 599_999, 600_000, 9_000_000);
const state = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(status, age).map(([seen, ms]) => answered(seen, { checkedAtMs: NOW_MS - ms })) },
  fc.tuple(failure, age).map(([kind, ms]) => failed(kind, "its words", { checkedAtMs: NOW_MS - ms })),
  fc.tuple(status, failure).map(([before, kind]) =>
    stateOf(before, { kind: "failed", failure: kind, latencyMs: 1 }, { isSuspect: true })
  ),
  fc.constant(undefined),
);
const fleet = fc.array(fc.record({ state, critical: fc.boolean(), isNamed: fc.boolean() }), { maxLength: 6 })
  .map((members): FleetMember[] =>
    members.map(({ state, critical, isNamed }, at) => ({
      name: `u${at}`,
      critical,
      services: isNamed ? ["", "acme.Shared"] : [""],
      ...(state === undefined ? {} : { state }),
    }))
  );
const maintained = fc.subarray(["u0", "u1", "u2", "group"]);
const standing = fc.constantFrom((report: Report) => report, suspectReport, leavingReport);
const policy = fc.constantFrom({ kind: "all" } as const, { kind: "any" } as const, { kind: "quorum", k: 1 } as const);

Deno.test("all surfaces agree on every name of every fleet", async () => {
  await fc.assert(
    fc.asyncProperty(
      fleet,
      policy,
      fc.boolean(),
      maintained,
      standing,
      async (members, policy, isInvalid, names, stand) => {
        const inGroup = members.slice(0, 3).map(({ name }) => ({ name, isCritical: true }));
        const outer = { name: "outer", policy, members: [{ name: "group", isCritical: true }, ...inGroup.slice(2)] };
        const groups = inGroup.length === 0 ? [] : [outer, { name: "group", policy, members: inGroup }];
        const maintenance = names.map((name) => ({ id: name, name, fromMs: 0, untilMs: NOW_MS + 1, reason: "disks" }));
        const report = stand(
          isInvalid ? reportOn([], { isRegistryInvalid: true }) : reportOn(members, { groups, maintenance }),
        );
        const leaving = report.isLeaving ? { leaving: AbortSignal.abort() } : {};
        const ask = surfaces(report, leaving);
        const expected = report.names.get("")?.status ?? "UNKNOWN";
        const http = expected === "SERVING" ? 200 : 503;

        const dryRun = await ask("/dry_run");
        assert.deepEqual([dryRun.status, (await dryRun.json()).code], [http, expected === "SERVING" ? 0 : 1]);
        const answer = await ask("/health");
        const health = await answer.json();
        assert.deepEqual([answer.status, health.servingStatus], [http, expected]);
        assert.deepEqual(schemaFaults(health), []);
        const isAsSeen = !report.isLeaving && !report.isObserverSuspect && !report.isRegistryInvalid;
        assert.equal(health.output !== undefined, isAsSeen && report.names.get("")?.maintenance !== undefined);
        const metrics = await (await ask("/metrics")).text();
        for (const { name, members = [] } of health.names as HealthName[]) {
          for (const { name: member, status } of members) {
            assert.equal(status, report.names.get(member)?.status, `${name}: ${member}`);
          }
        }
        for (const { name, status } of health.names as { name: string; status: ServingStatus }[]) {
          const label = name === "" ? "readiness" : name;
          assert.match(
            metrics,
            new RegExp(`^rollcall_status\\{name="${label}",kind="\\w+",status="${status}"\\} 1$`, "m"),
          );
        }
        const farewells: Farewell[] = [];
        const upgrade: Upgrade = async (_request, _subprotocol, say) => void farewells.push(await say());
        await surfaces(report, { upgrade, ...leaving })("/dry_run", { headers: { upgrade: "websocket" } });
        assert.deepEqual(farewells.map(({ code }) => code), [expected === "SERVING" ? 1000 : 1011]);
        for (const [protocol, client] of jinaClients(ask)) {
          assert.equal((await client.dry_run({})).code, expected === "SERVING" ? 0 : 1, protocol);
        }
        for (const [protocol, client] of healthClients(ask)) {
          for (const { name, status } of health.names as { name: string; status: ServingStatus }[]) {
            assert.equal((await client.check({ service: name })).status, WIRE_STATUS[status], `${protocol} ${name}`);
          }
          const { statuses } = await client.list({});
          assert.deepEqual(Object.keys(statuses).sort(), listedNames(report).map(({ name }) => name).sort(), protocol);
          for (const [name, { status }] of Object.entries(statuses)) {
            assert.equal(status, WIRE_STATUS[report.names.get(name)?.status ?? "UNKNOWN"], `${protocol} ${name}`);
          }
          for await (const { status } of client.watch({})) {
            assert.equal(status, WIRE_STATUS[expected], protocol);
            break;
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});
