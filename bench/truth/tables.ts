import type { CaseResult } from "./run-all.ts";
import type { Score } from "./score.ts";
import { WORLDS } from "./worlds.ts";

/** One table in Markdown for each world and reader, in order of the cases. */
export function tables(results: readonly CaseResult[]): string {
  const groups = Map.groupBy(results, ({ case: { world, pollEveryMs } }) => `${world} ${pollEveryMs}`);
  return [...groups.values()].map(tableOf).join("\n\n");
}

function tableOf(results: readonly CaseResult[]): string {
  const { world = 0, pollEveryMs = 0 } = results[0]?.case ?? {};
  const { name, story } = WORLDS[world] ?? { name: "", story: "" };
  const rows = results.flatMap(({ judged }) => judged).map(({ judge, score }) => [judge, ...cells(score)]);
  return [
    `**${name}**: ${story}. A reader every ${pollEveryMs / 1_000} s.`,
    "",
    ...[HEADINGS, HEADINGS.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");
}

const HEADINGS = [
  "judge",
  "false red, min (times)",
  "false green, min (times)",
  "not yet known, min red + green",
  "to red, s: p50 · p99 · max",
  "to green, s: p50 · p99 · max",
  "probes",
  "KV writes",
];

function cells(score: Score): string[] {
  const unknown = score.unknownMinutes > 0 ? `, ${minutes(score.unknownMinutes)} of it UNKNOWN` : "";
  return [
    `${minutes(score.falseRedMinutes)} (${score.falseReds})${unknown}`,
    `${minutes(score.falseGreenMinutes)} (${score.falseGreens})`,
    `${minutes(score.wrongRedMinutes - score.falseRedMinutes)} + ` +
    minutes(score.wrongGreenMinutes - score.falseGreenMinutes),
    times(score.toRedMs),
    times(score.toGreenMs),
    grouped(score.probes),
    grouped(score.writes),
  ];
}

/** Below ten a tenth matters. */
function minutes(value: number): string {
  return value !== 0 && value < 9.95 ? value.toFixed(1) : grouped(Math.round(value));
}

function times(valuesMs: readonly number[]): string {
  if (valuesMs.length === 0) return "–";
  const sorted = [...valuesMs].sort((a, b) => a - b);
  const at = (share: number) => ((sorted[Math.ceil(share * sorted.length) - 1] ?? NaN) / 1_000).toFixed(0);
  return `${at(0.5)} · ${at(0.99)} · ${at(1)}`;
}

function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}
