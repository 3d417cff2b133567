import assert from "node:assert/strict";
import { EMPTY_SNAPSHOT } from "../../src/core/snapshot.ts";
import { CHANGE_SPACING_MS, countWrite, mayWrite } from "../../src/core/write-budget.ts";

const DAY = 20_000;
const DAY_MS = 86_400_000;
const MIDNIGHT_MS = DAY * DAY_MS;
const NOON_MS = MIDNIGHT_MS + DAY_MS / 2;
const KNOBS = { kvWriteEveryMs: 300_000, kvWritesPerDay: 900 };

const SPACING: readonly [agoMs: number, isChanged: boolean, expected: boolean][] = [
  [0, true, false],
  [CHANGE_SPACING_MS - 1, true, false],
  [CHANGE_SPACING_MS, true, true],
  [CHANGE_SPACING_MS, false, false],
  [299_999, false, false],
  [300_000, false, true],
  // A little ahead of us is skew, and waits; far ahead is a broken clock, and is overwritten.
  [-10_000, true, false],
  [-10_001, true, true],
  [-10_001, false, true],
];

for (const [agoMs, isChanged, expected] of SPACING) {
  Deno.test(`mayWrite() is ${expected} ${agoMs} ms after the last write when ${isChanged ? "changed" : "unchanged"}`, () => {
    const stored = { ...EMPTY_SNAPSHOT, storedAtMs: NOON_MS - agoMs };
    assert.equal(mayWrite({ stored, nowMs: NOON_MS, isChanged, knobs: KNOBS }), expected);
  });
}

Deno.test("mayWrite() spaces changes by kvWriteEveryMs when that is the shorter", () => {
  const stored = { ...EMPTY_SNAPSHOT, storedAtMs: NOON_MS - 2_000 };
  const knobs = { ...KNOBS, kvWriteEveryMs: 2_000 };
  assert.equal(mayWrite({ stored, nowMs: NOON_MS, isChanged: true, knobs }), true);
});

// At midnight a tenth of 900 may be spent, at noon the half of the rest too, before the next midnight nearly all.
const BUDGET: readonly [nowMs: number, day: number, byWriter: Record<string, number>, expected: boolean][] = [
  [MIDNIGHT_MS, DAY, { FRA: 89 }, true],
  [MIDNIGHT_MS, DAY, { FRA: 90 }, false],
  [NOON_MS, DAY, { FRA: 494 }, true],
  [NOON_MS, DAY, { FRA: 495 }, false],
  [NOON_MS, DAY, { FRA: 165, CDG: 165, LHR: 165 }, false],
  [MIDNIGHT_MS + DAY_MS - 1, DAY, { FRA: 899 }, true],
  [MIDNIGHT_MS + DAY_MS - 1, DAY, { FRA: 900 }, false],
  [NOON_MS, DAY - 1, { FRA: 900 }, true],
];

for (const [nowMs, day, byWriter, expected] of BUDGET) {
  const counted = `${JSON.stringify(byWriter)} written on day ${day - DAY}`;
  Deno.test(`mayWrite() is ${expected} at hour ${Math.round((nowMs - MIDNIGHT_MS) / 3_600_000)} with ${counted}`, () => {
    const stored = { ...EMPTY_SNAPSHOT, storedAtMs: nowMs - 600_000, writes: { day, byWriter } };
    assert.equal(mayWrite({ stored, nowMs, isChanged: true, knobs: KNOBS }), expected);
  });
}

Deno.test("mayWrite() allows the first write of all, unless the budget is none", () => {
  const question = { stored: EMPTY_SNAPSHOT, nowMs: MIDNIGHT_MS, isChanged: false };
  assert.equal(mayWrite({ ...question, knobs: KNOBS }), true);
  assert.equal(mayWrite({ ...question, knobs: { ...KNOBS, kvWritesPerDay: 0 } }), false);
});

Deno.test("countWrite() stamps the snapshot and counts for its place alone", () => {
  const stored = { ...EMPTY_SNAPSHOT, writes: { day: DAY, byWriter: { FRA: 4, CDG: 2 } } };
  const counted = countWrite(stored, { writer: "FRA", nowMs: NOON_MS });
  assert.deepEqual(counted, {
    ...EMPTY_SNAPSHOT,
    storedAtMs: NOON_MS,
    writes: { day: DAY, byWriter: { FRA: 5, CDG: 2 } },
  });
  assert.deepEqual(stored.writes.byWriter, { FRA: 4, CDG: 2 });
});

Deno.test("countWrite() begins at one on a new UTC day", () => {
  const stored = { ...EMPTY_SNAPSHOT, writes: { day: DAY, byWriter: { FRA: 4, CDG: 2 } } };
  const { writes } = countWrite(stored, { writer: "FRA", nowMs: MIDNIGHT_MS + DAY_MS });
  assert.deepEqual(writes, { day: DAY + 1, byWriter: { FRA: 1 } });
});

Deno.test("countWrite() counts for a place whatever its name", () => {
  for (const place of ["__proto__", "constructor"]) {
    const once = countWrite(EMPTY_SNAPSHOT, { writer: place, nowMs: NOON_MS });
    const twice = countWrite(once, { writer: place, nowMs: NOON_MS });
    assert.deepEqual(Object.entries(twice.writes.byWriter), [[place, 2]]);
  }
});

for (const knobs of [KNOBS, { ...KNOBS, kvWritesPerDay: 300 }]) {
  Deno.test(`mayWrite() paces ${knobs.kvWritesPerDay} writes over two days of constant flapping at three places`, () => {
    const writesAtMs = simulate({ knobs, isChanged: true, days: 2 });
    for (const day of [0, 1]) {
      const ofDay = writesAtMs.filter((atMs) => Math.floor((atMs - MIDNIGHT_MS) / DAY_MS) === day);
      assert.ok(ofDay.length <= knobs.kvWritesPerDay, `${ofDay.length} writes on day ${day}`);
      assert.ok(ofDay.length > 0.98 * knobs.kvWritesPerDay, `only ${ofDay.length} writes on day ${day}`);
    }
    const gapsMs = writesAtMs.slice(1).map((atMs, index) => atMs - (writesAtMs[index] ?? 0));
    assert.ok(Math.max(...gapsMs) <= 600_000, `a gap of ${Math.max(...gapsMs)} ms`);
    assert.ok(Math.min(...gapsMs) >= CHANGE_SPACING_MS, `a gap of ${Math.min(...gapsMs)} ms`);
    assert.ok((writesAtMs.at(-1) ?? 0) > MIDNIGHT_MS + 2 * DAY_MS - 600_000, "silent before midnight");
  });
}

Deno.test("mayWrite() writes a quiet fleet every kvWriteEveryMs, however many places look", () => {
  assert.equal(simulate({ knobs: KNOBS, isChanged: false, days: 1 }).length, 288);
});

/** Three places refresh in turn, one each second, and share one store; returns when they wrote. */
function simulate(
  { knobs, isChanged, days }: { knobs: typeof KNOBS; isChanged: boolean; days: number },
): readonly number[] {
  let stored = EMPTY_SNAPSHOT;
  const writesAtMs: number[] = [];
  for (let nowMs = MIDNIGHT_MS; nowMs < MIDNIGHT_MS + days * DAY_MS; nowMs += 1_000) {
    if (!mayWrite({ stored, nowMs, isChanged, knobs })) continue;
    const place = ["FRA", "CDG", "LHR"][(nowMs / 1_000) % 3] ?? "";
    stored = countWrite(stored, { writer: place, nowMs });
    writesAtMs.push(nowMs);
  }
  return writesAtMs;
}
