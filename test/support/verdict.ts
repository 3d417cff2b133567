import assert from "node:assert/strict";
import type { NameVerdict, Report } from "../../src/core/report.ts";

/** The verdict on a name that has to be served; by default the fleet's. */
export function verdict(report: Report, name = ""): NameVerdict {
  const found = report.names.get(name);
  assert.ok(found, `no name ${name}`);
  return found;
}
