import assert from "node:assert/strict";
import { isActive, lasting, type MaintenanceWindow, nextMaintenanceChangeMs } from "../../src/core/maintenance.ts";

function window(id: string, fromMs: number, untilMs: number): MaintenanceWindow {
  return { id, name: "checkout", fromMs, untilMs, reason: "new disks" };
}

for (const [nowMs, expected] of [[99, false], [100, true], [199, true], [200, false]] as const) {
  Deno.test(`isActive() is ${expected} at ${nowMs} of a window from 100 until 200`, () => {
    assert.equal(isActive(window("a", 100, 200), nowMs), expected);
  });
}

Deno.test("nextMaintenanceChangeMs() is the next edge of any window, and Infinity after the last", () => {
  const windows = [window("a", 300, 400), window("b", 100, 350)];
  const rows = [[0, 100], [99, 100], [100, 300], [300, 350], [350, 400], [400, Infinity]] as const;
  for (const [nowMs, expected] of rows) assert.equal(nextMaintenanceChangeMs(windows, nowMs), expected, String(nowMs));
  assert.equal(nextMaintenanceChangeMs([], 0), Infinity);
});

Deno.test("lasting() is the window that ends later, and the first by id of two that end together", () => {
  const [a, b, longer] = [window("a", 0, 10), window("b", 5, 10), window("z", 0, 11)];
  for (const [first, second, expected] of [[a, longer, longer], [longer, a, longer], [a, b, a], [b, a, a]] as const) {
    assert.equal(lasting(first, second), expected);
  }
});
