import assert from "node:assert/strict";
import { createPaint } from "../../../src/cli/color.ts";
import { derivationText } from "../../../src/cli/fleet/derivation-text.ts";
import { fleetView } from "../../../src/cli/fleet/fleet-view.ts";
import type { Group } from "../../../src/core/registry.ts";
import { healthDocument, prepareHealth } from "../../../src/surface/prepare-health.ts";
import { answered, failed, type FleetMember, type FleetOptions, NOW_MS, reportOn } from "../../support/reports.ts";

const PLAIN = createPaint({ isTerminal: false, columns: 80, write: () => {} }, { env: {} });

const FLEET: readonly FleetMember[] = [
  { name: "search", state: answered("SERVING") },
  { name: "pay", services: ["", "acme.Pay"], state: answered("SERVING") },
  { name: "cart", state: failed("unavailable") },
];

function group(name: string, members: readonly string[], policy: Group["policy"]): Group {
  return { name, policy, members: members.map((member) => ({ name: member, isCritical: true })) };
}

const GROUPS = [
  group("pool", ["search", "pay", "cart"], { kind: "quorum", k: 2 }),
  group("shop", ["pool", "cart"], { kind: "all" }),
];

/** The view of what strangers are told, its first line and its table by name. */
function view(options: FleetOptions): { readonly headline: string; readonly rows: ReadonlyMap<string, string> } {
  const report = reportOn(FLEET, options);
  const [headline = "", ...lines] = fleetView(healthDocument(prepareHealth(report, false), report), PLAIN).split("\n");
  const cells = lines.map((line) => line.trim().split(/ {2,}/));
  return { headline, rows: new Map(cells.map(([name = "", ...rest]) => [name, rest.join(" | ")])) };
}

function window(name: string, reason = "new disks") {
  return { id: name, name, fromMs: NOW_MS - 60_000, untilMs: NOW_MS + 3_600_000, reason };
}

Deno.test("fleetView() tells how a group came to its status, and who is to blame", () => {
  const { rows, headline } = view({ groups: GROUPS });
  assert.equal(rows.get("shop"), "NOT_SERVING | 1 min | 3 s ago | 1 of 2 serve, all must: cart");
  assert.equal(rows.get("pool"), "SERVING | 1 min | 3 s ago | 2 of 3 serve, 2 must; degraded");
  assert.match(headline, /^NOT_SERVING {2}3 of 4 targets serve, checked/);
});

Deno.test("fleetView() calls maintenance what it is, until when and why, and shows what is seen all the same", () => {
  const { rows, headline } = view({ groups: GROUPS, maintenance: [window("pay")] });
  const until = "until 2026-11-21T13:00:00Z: new disks";
  assert.equal(rows.get("pay"), `maintenance | 1 min | 3 s ago | ${until}`);
  assert.equal(rows.get("acme.Pay"), `maintenance (SERVING) | 1 min | 3 s ago | ${until}`);
  assert.equal(rows.get("pool"), "NOT_SERVING | 1 min | 3 s ago | 1 of 2 serve, 2 must, 1 in maintenance: cart");
  assert.match(headline, /^NOT_SERVING {2}3 of 4 targets serve, 2 in maintenance, checked/);
});

Deno.test("fleetView() tells what fails below maintenance, for its end is near", () => {
  const { rows } = view({ maintenance: [window("cart")] });
  const why = "until 2026-11-21T13:00:00Z: new disks; unavailable";
  assert.equal(rows.get("cart"), `maintenance (NOT_SERVING) | 1 min | 3 s ago | ${why}`);
});

Deno.test("fleetView() begins with maintenance when the whole fleet is in it", () => {
  const { headline } = view({ maintenance: ["search", "pay", "cart"].map((name) => window(name)) });
  const said = "in maintenance until 2026-11-21T13:00:00Z: new disks";
  assert.equal(headline, `${said}  3 of 4 targets serve, 4 in maintenance, checked 3 s ago`);
});

Deno.test("fleetView() tells of maintenance without a reason just until when", () => {
  const { rows } = view({ maintenance: [window("search", "")] });
  assert.equal(rows.get("search"), "maintenance (SERVING) | 1 min | 3 s ago | until 2026-11-21T13:00:00Z");
  const { headline } = view({ maintenance: ["search", "pay", "cart"].map((name) => window(name, "")) });
  assert.match(headline, /^in maintenance until 2026-11-21T13:00:00Z {2}3 of 4/);
});

Deno.test("fleetView() calls an upstream that told nothing of its names by its own", () => {
  const report = reportOn([{ name: "eu", services: ["*"], state: failed("unavailable") }]);
  const text = fleetView(healthDocument(prepareHealth(report, false), report), PLAIN);
  assert.match(text, /^eu {2,}NOT_SERVING/m);
});

Deno.test("derivationText() counts critical members alone, and asks a quorum for no more than are left", () => {
  const up = { name: "a", status: "SERVING" } as const;
  const down = { name: "b", status: "NOT_SERVING" } as const;
  const left = { ...down, maintenance: true } as const;
  assert.equal(derivationText("any", [up, down, { ...down, critical: false }]), "1 of 2 serve, one must");
  assert.equal(derivationText({ quorum: 2 }, [up, left]), "1 of 1 serve, 1 must, 1 in maintenance");
  assert.equal(derivationText("all", [down, { ...up, critical: false }]), "", "one member speaks for itself");
});
