import assert from "node:assert/strict";
import { createPaint } from "../../../src/cli/color.ts";
import { fleetView } from "../../../src/cli/fleet/fleet-view.ts";
import { parseConfig } from "../../../src/config.ts";
import { parseRegistryFile } from "../../../src/config/registry-file.ts";
import type { MaintenanceWindow } from "../../../src/core/maintenance.ts";
import { healthDocument, prepareHealth } from "../../../src/surface/prepare-health.ts";
import { answered, failed, NOW_MS, reportOn } from "../../support/reports.ts";

const PAGE = Deno.readTextFileSync(new URL("../../../docs/groups.md", import.meta.url));
const PLAIN = createPaint({ isTerminal: false, columns: 80, write: () => {} }, { env: {} });
const WINDOW = {
  id: "1",
  name: "payments",
  fromMs: NOW_MS - 60_000,
  untilMs: NOW_MS + 7_200_000,
  reason: "new disks",
};

const STATES = {
  "checkout-eu": answered("NOT_SERVING"),
  "checkout-us": answered("SERVING"),
  payments: answered("NOT_SERVING"),
  search: failed("unavailable"),
};

/** What strangers are shown of the page's registry in the state that the page tells of. */
function view(maintenance: readonly MaintenanceWindow[]): string {
  const [, toml = ""] = /```toml\n(.*?)```/s.exec(PAGE) ?? [];
  const { problems, registry } = parseConfig({}, "deno", parseRegistryFile(toml, "fleet.toml"));
  assert.deepEqual(problems, []);
  const states = Object.entries(STATES);
  const members = registry.upstreams.map((upstream) => {
    const [, state] = states.find(([name]) => name === upstream.name) ?? [];
    return { ...upstream, ...(state && { state }) };
  });
  const report = reportOn(members, { groups: registry.groups, maintenance });
  return fleetView(healthDocument(prepareHealth(report, false), report), PLAIN);
}

Deno.test("docs/groups.md shows what rollcall status shows of its registry, with a window and without", () => {
  const shown = [...PAGE.matchAll(/```\n\$ rollcall status\n(.*?)```/gs)].map(([, text]) => text);
  assert.deepEqual(shown, [view([]), view([WINDOW])]);
});
