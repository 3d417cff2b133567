import assert from "node:assert/strict";
import { goDuration, parseGoDuration } from "../../../src/cli/check/go-duration.ts";

/** As Go's own `time.ParseDuration` and `Duration.String`. */
const DURATIONS: readonly (readonly [text: string, ms: number | undefined, shown?: string])[] = [
  ["1s", 1_000, "1s"],
  ["500ms", 500, "500ms"],
  ["1m30s", 90_000, "1m30s"],
  ["1.5s", 1_500, "1.5s"],
  [".5s", 500, "500ms"],
  ["1h", 3_600_000, "1h0m0s"],
  ["100us", 0.1, "100µs"],
  ["100µs", 0.1, "100µs"],
  ["1000ns", 0.001, "1µs"],
  ["2m", 120_000, "2m0s"],
  ["-1s", -1_000, "-1s"],
  ["+1s", 1_000, "1s"],
  ["0", 0, "0s"],
  ["1500ms", 1_500, "1.5s"],
  ["1", undefined],
  ["", undefined],
  ["s", undefined],
  ["1 s", undefined],
  ["1d", undefined],
  [".s", undefined],
  ["1s2", undefined],
];

for (const [text, ms, shown] of DURATIONS) {
  Deno.test(`parseGoDuration() reads ${JSON.stringify(text)} as ${ms} ms, which goDuration() writes as ${shown}`, () => {
    assert.equal(parseGoDuration(text), ms);
    if (ms !== undefined) assert.equal(goDuration(ms), shown);
  });
}
