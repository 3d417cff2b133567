import assert from "node:assert/strict";
import fc from "fast-check";
import { closeReason } from "../../src/surface/close-reason.ts";
import { answered, failed, type FleetMember, NOW_MS, reportOn } from "../support/reports.ts";

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A fleet of so many that are down alike. */
function fleet(names: readonly string[], state = failed("unavailable")): FleetMember[] {
  return names.map((name) => ({ name, state, url: `https://${name.length}.example:8443` }));
}

const reasonFor = (names: readonly string[], isTrusted = false) => closeReason(reportOn(fleet(names)), isTrusted);

Deno.test("closeReason() is the whole description up to 123 bytes, and a shorter text above", () => {
  const whole = (name: string) => `|Gateway: Deployment ${name} is overloaded.`;
  const longest = "n".repeat(123 - bytesOf(whole("")));
  const reason = (name: string) => closeReason(reportOn(fleet([name], failed("overloaded"))), false);
  assert.equal(reason(longest), whole(longest));
  assert.equal(reason(`${longest}n`), `Not serving: ${longest}n.`);
  assert.equal(reason(`${longest.slice(1)}é`), `Not serving: ${longest.slice(1)}é.`);
});

Deno.test("closeReason() shows a trusted caller addresses, and a stranger none", () => {
  assert.equal(
    reasonFor(["a", "bb"], true),
    "Network error while connecting to deployment at {'1.example:8443', '2.example:8443'}. It may be down.",
  );
  assert.equal(reasonFor(["a", "bb"]), "Network error while connecting to deployment at {'a', 'bb'}. It may be down.");
});

Deno.test("closeReason() names as many as fit, and counts the rest", () => {
  const names = Array.from({ length: 40 }, (_, at) => `upstream-${at}`);
  assert.equal(
    reasonFor(names),
    "Network error while connecting to deployment at {'upstream-0', 'upstream-1', 'upstream-2'} and 37 more. It may be down.",
  );
});

Deno.test("closeReason() calls no network error what is none", () => {
  const names = ["checkout", "payments", "search"];
  assert.equal(
    closeReason(reportOn(fleet(names, answered("NOT_SERVING"))), false),
    "Not serving: checkout, payments, search.",
  );
});

Deno.test("closeReason() calls a fleet in maintenance no error either", () => {
  const names = ["checkout", "payments", "search"];
  const maintenance = names.map((name) => ({ id: name, name, fromMs: 0, untilMs: NOW_MS + 1, reason: "new disks" }));
  const report = reportOn(fleet(names), { maintenance });
  assert.equal(closeReason(report, false), "In maintenance: checkout, payments, search.");
});

Deno.test("closeReason() says why a fleet cannot be judged", () => {
  assert.equal(closeReason(reportOn([]), false), "|Gateway: no upstreams registered");
});

Deno.test("closeReason() fits a close frame and is whole UTF-8, however many upstreams are called whatever", () => {
  const state = fc.constantFrom(
    failed("unavailable", "its words".repeat(20)),
    failed("timeout"),
    answered("NOT_SERVING"),
  );
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }).filter((name) => !name.includes("/"));
  const members = fc.uniqueArray(fc.record({ name, state, url: fc.webUrl() }), {
    minLength: 1,
    maxLength: 40,
    selector: ({ name }) => name,
  });
  fc.assert(fc.property(members, fc.boolean(), (members, isTrusted) => {
    const reason = closeReason(reportOn(members), isTrusted);
    assert.ok(reason !== "" && bytesOf(reason) <= 123, `${bytesOf(reason)}: ${reason}`);
    assert.ok(reason.isWellFormed());
  }));
});
