import type { CaseResult } from "./run-all.ts";
import type { Score } from "./score.ts";
import { WORLDS } from "./worlds.ts";

/** A promise, and whether what was received keeps it. */
export interface Finding {
  readonly promise: string;
  readonly isKept: boolean;
  /** What was seen, by world and judge; empty when it is kept. */
  readonly against: readonly string[];
}

/** Hold what came of all cases against what Rollcall promises of its verdicts. */
export function findings(results: readonly CaseResult[]): Finding[] {
  const ours = results.flatMap((result) =>
    result.judged.filter(({ isOurs }) => isOurs).map(({ judge, score }) => ({ ...result, judge, score }))
  );
  const found = (promise: string, broken: typeof ours): Finding => ({
    promise,
    isKept: broken.length === 0 && ours.length > 0,
    against: broken.map(({ case: { world, pollEveryMs }, judge }) =>
      `${WORLDS[world]?.name}, ${judge}, a poll every ${pollEveryMs / 1_000} s`
    ),
  });
  const isSeeing = ({ case: { world } }: CaseResult) => WORLDS[world]?.blackouts === undefined;
  const lossOf = ({ case: { world } }: CaseResult) => WORLDS[world]?.network.lossShare ?? 0;
  return [
    found(
      "with 1 % of probes lost or fewer, no reader is told a false red",
      ours.filter((run) => isSeeing(run) && lossOf(run) <= 0.01 && run.score.falseReds > 0),
    ),
    found("no reader is told a false green beyond the bounds", ours.filter(({ score }) => score.falseGreens > 0)),
    found(
      "no simple rule has fewer minutes of either beyond the bounds",
      ours.filter((run) => isSeeing(run) && rulesBeside(run, results).some((rule) => isBeaten(run.score, rule))),
    ),
  ];
}

/** What the simple rules came to in the same world, with the same reader. */
export function rulesBeside({ case: { world, pollEveryMs } }: CaseResult, results: readonly CaseResult[]): Score[] {
  return results
    .filter((other) => other.case.world === world && other.case.pollEveryMs === pollEveryMs)
    .flatMap(({ judged }) => judged.filter(({ isOurs }) => !isOurs).map(({ score }) => score));
}

function isBeaten(ours: Score, rule: Score): boolean {
  return ours.falseRedMinutes > rule.falseRedMinutes || ours.falseGreenMinutes > rule.falseGreenMinutes;
}
