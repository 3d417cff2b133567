import assert from "node:assert/strict";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { HealthDocument } from "../../../src/core/health-document.ts";
import { ADMIN_TOKEN, adminClients } from "../../support/admin-clients.ts";
import { refusedUrl } from "../../support/fault-server.ts";
import { schemaFaults } from "../../support/health-schema.ts";
import type { RunningRollcall, StartRollcall } from "../../support/rollcall.ts";
import { startUpstream } from "../../support/upstream.ts";

const HOUR_MS = 3_600_000;

/** Groups in groups, who is to blame, and maintenance of a group. */
export function groupsSuite(platform: string, start: StartRollcall): void {
  Deno.test(`${platform}: groups in groups are judged, and blame what helps, until their maintenance begins`, async () => {
    await using upstream = await startUpstream();
    const gone = await refusedUrl();
    await using rollcall = await start({
      upstreams: [
        { name: "up", url: upstream.url, protocol: "grpc-web" },
        { name: "x", url: gone, protocol: "grpc-web" },
        { name: "y", url: gone, protocol: "connect" },
      ],
      groups: {
        "": ["shop", "up"],
        shop: { members: ["pair", "x"], policy: "any" },
        pair: ["y", "x"],
      },
      vars: { ADMIN_TOKEN },
    });
    const red = await health(rollcall);
    assert.deepEqual([red.servingStatus, red.culprits], ["NOT_SERVING", ["x/"]]);
    const { policy, members, culprits } = named(red, "shop");
    const down = (name: string) => ({ name, status: "NOT_SERVING" });
    assert.deepEqual([policy, members, culprits], ["any", [down("pair"), down("x")], ["x/"]]);
    assert.deepEqual(named(red, "pair").culprits, ["x/", "y/"]);

    const until = timestampFromMs(Date.now() + HOUR_MS);
    await adminClients(rollcall.url).maintenance.scheduleMaintenance({ name: "shop", until, reason: "new disks" });
    const green = await health(rollcall);
    assert.deepEqual([green.servingStatus, green.culprits, green.counts.maintenance], ["SERVING", [], 2]);
    for (const name of ["shop", "pair", "x", "y/"]) {
      assert.deepEqual([named(green, name).status, named(green, name).maintenance?.reason], [
        "NOT_SERVING",
        "new disks",
      ]);
    }
    assert.equal(named(green, "x/").target?.seen, "NOT_SERVING");
  });
}

async function health({ url }: RunningRollcall): Promise<HealthDocument> {
  const document = await (await fetch(`${url}/health`)).json();
  assert.deepEqual(schemaFaults(document), []);
  return document;
}

function named({ names }: HealthDocument, name: string) {
  const found = names.find((entry) => entry.name === name);
  assert.ok(found, name);
  return found;
}
