import assert from "node:assert/strict";
import { createLastSeen } from "../../../bench/truth/last-seen.ts";
import type { Score } from "../../../bench/truth/score.ts";
import { createScorer } from "../../../bench/truth/scorer.ts";
import { createLife, type Incident } from "../../../bench/truth/truth.ts";
import type { ServingStatus } from "../../../src/core/status.ts";

const MINUTE_MS = 60_000;
const END_MS = 60 * MINUTE_MS;

/** What a reader was told, and when: it asked and was answered in the same moment. */
type Told = readonly [minute: number, status: ServingStatus];

/** The score of one reader of one upstream that was last looked at in these minutes, with a bound of half a minute. */
function scoreOf(incidents: readonly Incident[], looks: readonly number[], told: readonly Told[]): Score {
  const lives = [createLife(0, END_MS, incidents)];
  const lastSeen = createLastSeen(lives);
  const scorer = createScorer({ lives, lastSeen, boundMs: MINUTE_MS / 2 });
  const events = [
    ...looks.map((minute) => ({ atMs: minute * MINUTE_MS, status: undefined })),
    ...told.map(([minute, status]) => ({ atMs: minute * MINUTE_MS, status })),
  ].sort((a, b) => a.atMs - b.atMs);
  for (const { atMs, status } of events) {
    if (status === undefined) lastSeen.note(0, { sentMs: atMs, endedMs: atMs });
    else scorer.hear({ upstream: 0, status, askedMs: atMs, heardMs: atMs });
  }
  return scorer.score(END_MS, { probes: 0, writes: 0 });
}

function down(behaviour: Incident["behaviour"], fromMinute: number, untilMinute: number): Incident {
  return { behaviour, fromMs: fromMinute * MINUTE_MS, untilMs: untilMinute * MINUTE_MS };
}

Deno.test("score() counts a red of what serves from the answer to the next", () => {
  const score = scoreOf([], [1, 2, 3], [[1, "SERVING"], [2, "NOT_SERVING"], [3, "SERVING"]]);
  assert.deepEqual([score.falseReds, score.falseRedMinutes, score.wrongRedMinutes], [1, 1, 1]);
  assert.equal(score.falseGreens, 0);
});

Deno.test("score() counts an UNKNOWN of what serves as red, and says so", () => {
  const score = scoreOf([], [1], [[1, "UNKNOWN"], [3, "SERVING"]]);
  assert.deepEqual([score.falseRedMinutes, score.unknownMinutes], [2, 2]);
});

Deno.test("score() forgives a green told within the bound after the last look before the fall", () => {
  const score = scoreOf([down("refusing", 10, 20)], [9.9], [[9, "SERVING"], [10.4, "SERVING"], [11, "NOT_SERVING"]]);
  assert.equal(score.falseGreens, 0);
  assert.ok(Math.abs(score.wrongGreenMinutes - 1) < 1e-9);
  assert.deepEqual(score.toRedMs, [MINUTE_MS]);
});

Deno.test("score() counts a green told later than that, whoever looked meanwhile", () => {
  const looks = [9.9, 10.1];
  const score = scoreOf([down("refusing", 10, 20)], looks, [[9, "SERVING"], [10.5, "SERVING"], [12.5, "NOT_SERVING"]]);
  assert.deepEqual([score.falseGreens, score.falseGreenMinutes], [1, 2]);
});

Deno.test("score() forgives the first late green of what hangs, and not the second", () => {
  const told: Told[] = [[9, "SERVING"], [11, "SERVING"], [12, "SERVING"], [14, "NOT_SERVING"]];
  const score = scoreOf([down("hanging", 10, 20)], [9.9], told);
  assert.deepEqual([score.falseGreens, score.falseGreenMinutes], [1, 2]);
});

Deno.test("score() does not forgive a green of what hangs to who was told before", () => {
  const told: Told[] = [[9, "SERVING"], [11, "NOT_SERVING"], [12, "SERVING"], [14, "NOT_SERVING"]];
  const score = scoreOf([down("hanging", 10, 20)], [9.9], told);
  assert.deepEqual([score.falseGreens, score.falseGreenMinutes], [1, 2]);
});

Deno.test("score() lets a false belief end with what it is against", () => {
  const score = scoreOf([down("not-serving", 10, 12)], [9], [[9, "SERVING"], [11, "SERVING"], [20, "SERVING"]]);
  assert.deepEqual([score.falseGreenMinutes, score.wrongGreenMinutes], [1, 2]);
});

Deno.test("score() holds neither red nor green of what is dying to be false", () => {
  const score = scoreOf([down("dying", 10, 20)], [9], [[11, "SERVING"], [15, "NOT_SERVING"], [20, "SERVING"]]);
  assert.deepEqual([score.falseReds, score.falseGreens, score.wrongRedMinutes, score.wrongGreenMinutes], [0, 0, 0, 0]);
});

Deno.test("score() counts a red told later than the bound after what was down is back", () => {
  const told: Told[] = [[11, "NOT_SERVING"], [20.2, "NOT_SERVING"], [21, "NOT_SERVING"], [23, "SERVING"]];
  const score = scoreOf([down("refusing", 10, 20)], [9, 11, 19.9], told);
  assert.deepEqual([score.falseReds, score.falseRedMinutes], [1, 2]);
  assert.deepEqual(score.toGreenMs, [3 * MINUTE_MS]);
});
