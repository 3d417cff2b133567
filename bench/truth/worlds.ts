import type { IncidentDraft, PlanOptions, WorldPlan } from "./world.ts";

/** The worlds that are simulated, in order of the table. */
export const WORLDS: readonly WorldPlan[] = [
  {
    name: "calm, 0.1 % lost",
    story: "everything serves; one probe in a thousand never comes back",
    network: { lossShare: 0.001, tailShare: 0.001 },
  },
  {
    name: "calm, 1 % lost",
    story: "everything serves; one probe in a hundred never comes back",
    network: { lossShare: 0.01, tailShare: 0.001 },
  },
  {
    name: "calm, 5 % lost",
    story: "everything serves; one probe in twenty never comes back",
    network: { lossShare: 0.05, tailShare: 0.001 },
  },
  {
    name: "slow answers",
    story: "everything serves; one answer in fifty takes half a second to four, and 1 % of probes are lost",
    network: { lossShare: 0.01, tailShare: 0.02 },
  },
  {
    name: "incidents",
    story:
      "each upstream is down about three times a day for 2 to 30 minutes: answers NOT_SERVING, refuses or hangs; 1 % lost",
    network: { lossShare: 0.01, tailShare: 0.001 },
    incidents: incidents,
  },
  {
    name: "restarts",
    story: "each upstream restarts six times a day and refuses for 2 to 10 s; 0.1 % lost",
    network: { lossShare: 0.001, tailShare: 0.001 },
    incidents: restarts,
  },
  {
    name: "flapping",
    story:
      "one upstream in ten flaps for an hour, refusing for 20 to 90 s and serving for 20 to 90 s in turn; 1 % lost",
    network: { lossShare: 0.01, tailShare: 0.001 },
    incidents: flapping,
  },
  {
    name: "slow death",
    story: "once a day each upstream grows slower and loses more for 10 to 20 minutes, then hangs for 10; 1 % lost",
    network: { lossShare: 0.01, tailShare: 0.001 },
    incidents: slowDeath,
  },
  {
    name: "observer blackout",
    story: "everything serves; the network of one place fails wholly for 3 minutes four times a day; 1 % lost",
    network: { lossShare: 0.01, tailShare: 0.001 },
    blackouts: { times: 4, minutes: 3 },
  },
];

const KINDS = ["not-serving", "refusing", "hanging"] as const;

function incidents({ dayMs, random }: PlanOptions): IncidentDraft[] {
  return times(dayMs / 28_800_000, random, () => {
    const behaviour = KINDS[Math.floor(random() * KINDS.length)] ?? "refusing";
    return { fromMs: random() * dayMs, steps: [{ behaviour, ms: minutes(2 + 28 * random()) }] };
  });
}

function restarts({ dayMs, random }: PlanOptions): IncidentDraft[] {
  return times(dayMs / 14_400_000, random, () => ({
    fromMs: random() * dayMs,
    steps: [{ behaviour: "refusing", ms: 2_000 + 8_000 * random() }],
  }));
}

function flapping({ upstream, dayMs, random }: PlanOptions): IncidentDraft[] {
  if (upstream % 10 !== 0) return [];
  const drafts: IncidentDraft[] = [];
  const beginMs = random() * (dayMs - minutes(60));
  for (let atMs = beginMs; atMs < beginMs + minutes(60);) {
    const [ms, peaceMs] = [20_000 + 70_000 * random(), 20_000 + 70_000 * random()];
    drafts.push({ fromMs: atMs, steps: [{ behaviour: "refusing", ms }], peaceMs });
    atMs += Math.ceil(ms) + Math.ceil(peaceMs) + 1;
  }
  return drafts;
}

function slowDeath({ dayMs, random }: PlanOptions): IncidentDraft[] {
  const steps = [{ behaviour: "dying", ms: minutes(10 + 10 * random()) }, {
    behaviour: "hanging",
    ms: minutes(10),
  }] as const;
  return [{ fromMs: random() * dayMs, steps }];
}

/** About `mean` of them; whole ones for sure, the rest by chance. */
function times(mean: number, random: () => number, draw: () => IncidentDraft): IncidentDraft[] {
  return Array.from({ length: Math.floor(mean) + (random() < mean % 1 ? 1 : 0) }, draw);
}

function minutes(count: number): number {
  return count * 60_000;
}
