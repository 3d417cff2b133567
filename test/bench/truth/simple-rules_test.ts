import assert from "node:assert/strict";
import { type ProbeResult, SIMPLE_RULES } from "../../../bench/truth/simple-rules.ts";

const [GOOD, BAD, LOST] = ["serving", "not-serving", "failed"] as const;

/** What each rule, in order, makes of the same results. */
const CASES: readonly { results: readonly ProbeResult[]; statuses: readonly string[] }[] = [
  { results: [GOOD], statuses: ["SERVING", "SERVING", "SERVING"] },
  { results: [LOST], statuses: ["NOT_SERVING", "NOT_SERVING", "NOT_SERVING"] },
  { results: [GOOD, LOST], statuses: ["NOT_SERVING", "SERVING", "SERVING"] },
  { results: [GOOD, BAD], statuses: ["NOT_SERVING", "SERVING", "NOT_SERVING"] },
  { results: [GOOD, LOST, LOST, LOST], statuses: ["NOT_SERVING", "NOT_SERVING", "NOT_SERVING"] },
  { results: [GOOD, LOST, LOST, GOOD, LOST], statuses: ["NOT_SERVING", "SERVING", "SERVING"] },
  { results: [GOOD, LOST, LOST, LOST, GOOD], statuses: ["SERVING", "NOT_SERVING", "NOT_SERVING"] },
  { results: [GOOD, LOST, LOST, LOST, GOOD, GOOD], statuses: ["SERVING", "SERVING", "SERVING"] },
];

for (const { results, statuses } of CASES) {
  Deno.test(`SIMPLE_RULES judge ${results.join(", ")} each in its way`, () => {
    const judges = SIMPLE_RULES.map(({ create }) => create());
    const told = results.map((result) => judges.map((judge) => judge(result)));
    assert.deepEqual(told.at(-1), statuses);
  });
}
