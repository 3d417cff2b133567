import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import assert from "node:assert/strict";
import { MaintenanceService } from "../../src/gen/rollcall/v1/maintenance_pb.ts";
import { administered } from "../support/administered.ts";
import { transports } from "../support/clients.ts";
import { reportOn } from "../support/reports.ts";
import { surfaces } from "../support/surfaces.ts";

const ADMIN_TOKEN = "the-admin-token";
const ENV = { UPSTREAMS: [{ name: "checkout", url: "https://checkout.acme.com" }] };
const HOUR_MS = 3_600_000;

for (const protocol of Object.keys(transports(surfaces(reportOn([]))))) {
  Deno.test(`maintenance is scheduled, listed and ended over ${protocol}`, async () => {
    const { maintenanceWriter, clock } = administered({ env: ENV });
    const ask = surfaces(reportOn([]), { adminToken: ADMIN_TOKEN, maintenanceWriter });
    const transport = transports(ask)[protocol];
    assert.ok(transport);
    const client = createClient(MaintenanceService, transport);
    const admin = { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } };
    const nowMs = clock.nowMs();
    const asked = { name: "checkout", until: timestampFromMs(nowMs + HOUR_MS), reason: "new disk" };

    const { window } = await client.scheduleMaintenance(asked, admin);
    assert.ok(window?.from && window.until);
    assert.deepEqual([window.name, window.reason], ["checkout", "new disk"]);
    assert.deepEqual([timestampMs(window.from), timestampMs(window.until)], [nowMs, nowMs + HOUR_MS]);
    const later = { ...asked, from: timestampFromMs(nowMs - 1.5 * HOUR_MS) };
    const { window: earlier } = await client.scheduleMaintenance(later, admin);
    assert.deepEqual((await client.listMaintenance({}, admin)).windows.map(({ id }) => id), [earlier?.id, window.id]);
    await client.endMaintenance({ id: window.id }, admin);

    for (
      const [call, code] of [
        [() => client.endMaintenance({ id: window.id }, admin), Code.NotFound],
        [() => client.scheduleMaintenance({ name: "checkout" }, admin), Code.InvalidArgument],
        [() => client.scheduleMaintenance({ ...asked, until: timestampFromMs(nowMs) }, admin), Code.InvalidArgument],
        [
          () => client.scheduleMaintenance({ ...asked, until: timestampFromMs(253_402_300_799_000) }, admin),
          Code.InvalidArgument,
        ],
        [() => client.scheduleMaintenance({ ...asked, name: "none" }, admin), Code.NotFound],
        [() => client.listMaintenance({}), Code.Unauthenticated],
      ] as const
    ) {
      const error = ConnectError.from(await call().then(() => new Error("it was not refused"), (reason) => reason));
      assert.equal(error.code, code, error.message);
    }
    assert.equal((await client.listMaintenance({}, admin)).windows.length, 1);
  });
}
