import { DEFAULT_KNOBS } from "../../src/core/knobs.ts";
import { buildWorld } from "./build-world.ts";
import { DENO } from "./deployment.ts";
import type { RealSize } from "./real.ts";
import { rollcallDay } from "./rollcall-day.ts";
import { RULE_EVERY_MS, rulesDay } from "./rules-day.ts";
import { SIMPLE_RULES } from "./simple-rules.ts";

/** How often somebody looked at an upstream that served, was told that it does not, and what that took. */
export interface Looks {
  readonly judge: string;
  readonly looks: number;
  readonly reds: number;
  readonly probes: number;
}

/** The same calm world, simulated: each poll finds every state older than may be served, so that each is a look. */
export async function simulatedLooks({ upstreams, rounds, lossShare, seed }: RealSize): Promise<Looks[]> {
  const plan = { name: "", story: "", network: { lossShare, tailShare: 0 } };
  const ourWorld = buildWorld(plan, { upstreams, dayMs: rounds * POLL_EVERY_MS, seed });
  const ours = await rollcallDay(ourWorld, { deployment: DENO, pollEveryMs: POLL_EVERY_MS, seed });
  const looks = upstreams * rounds;
  const { probeTimeoutMs: timeoutMs, staleMs: boundMs } = DEFAULT_KNOBS.deno;
  const ruleWorld = buildWorld(plan, { upstreams, dayMs: rounds * RULE_EVERY_MS, seed });
  const rules = rulesDay(ruleWorld, { pollEveryMs: RULE_EVERY_MS, seed, timeoutMs, boundMs });
  return [
    { judge: "Rollcall", looks, reds: ours.falseReds, probes: ours.probes },
    ...rules.map(({ falseReds, probes }, rule) => ({
      judge: SIMPLE_RULES[rule]?.name ?? "",
      looks,
      reds: falseReds,
      probes,
    })),
  ];
}

const POLL_EVERY_MS = 60_000;

/** Simulated and real looks side by side, in Markdown. */
export function looksTable(simulated: readonly Looks[], real: readonly Looks[]): string {
  const rows = simulated.map((row, index) => {
    const beside = real[index] ?? row;
    const cells = (value: (looks: Looks) => string) => [value(row), value(beside)];
    return [row.judge, ...cells(redsOf), ...cells(({ probes, looks }) => (probes / looks).toFixed(3))];
  });
  return [HEADINGS, HEADINGS.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const HEADINGS = ["judge", "false reds, simulated", "false reds, real", "probes a look, simulated", "real"];

function redsOf({ reds, looks }: Looks): string {
  return `${reds} of ${looks} (${(reds / looks * 100).toFixed(2)} %)`;
}
