import { seededRandom } from "../lab/seeded-random.ts";
import { createLife, type Incident, type Life } from "./truth.ts";
import type { Blackout, IncidentDraft, World, WorldPlan } from "./world.ts";

/** Size, length and seed of a world. */
export interface WorldSize {
  readonly upstreams: number;
  readonly dayMs: number;
  readonly seed: number;
}

/** Every simulated day begins here, a midnight in UTC. */
export const DAY_START_MS = Date.UTC(2026, 0, 1);

/** Left in peace at the day's begin and between incidents, in milliseconds: every change has a before. */
const PEACE_MS = 90_000;

/** Draw a world of a plan: the same one for the same seed, whoever is to judge it. */
export function buildWorld(plan: WorldPlan, { upstreams, dayMs, seed }: WorldSize): World {
  const startMs = DAY_START_MS;
  const endMs = startMs + dayMs;
  const lives = Array.from({ length: upstreams }, (_, upstream): Life => {
    const random = seededRandom(seed * 1_000_003 + upstream);
    const drafts = plan.incidents?.({ upstream, dayMs, random }) ?? [];
    return createLife(startMs, endMs, apart(drafts, dayMs).flatMap((draft) => dated(draft, startMs)));
  });
  return { startMs, endMs, lives, network: { ...plan.network, blackouts: blackouts(plan, { dayMs, seed }) } };
}

/** Those drafts that fit into the day and leave peace before and after each, the earliest first. */
function apart(drafts: readonly IncidentDraft[], dayMs: number): IncidentDraft[] {
  let freeMs = PEACE_MS;
  return [...drafts].sort((a, b) => a.fromMs - b.fromMs).filter((draft) => {
    const untilMs = draft.fromMs + draft.steps.reduce((sum, { ms }) => sum + ms, 0);
    if (draft.fromMs < freeMs || untilMs > dayMs - PEACE_MS) return false;
    freeMs = untilMs + (draft.peaceMs ?? PEACE_MS);
    return true;
  });
}

function dated({ fromMs, steps }: IncidentDraft, startMs: number): Incident[] {
  let atMs = startMs + Math.round(fromMs);
  return steps.map(({ behaviour, ms }) => {
    const incident = { behaviour, fromMs: atMs, untilMs: atMs + Math.round(ms) };
    atMs = incident.untilMs;
    return incident;
  });
}

function blackouts(plan: WorldPlan, { dayMs, seed }: Omit<WorldSize, "upstreams">): Blackout[] {
  const { times = 0, minutes = 0 } = plan.blackouts ?? {};
  const random = seededRandom(seed * 7_919 + 1);
  return Array.from({ length: times }, (_, number) => {
    const fromMs = DAY_START_MS + Math.round(((number + 0.1 + 0.8 * random()) / times) * dayMs);
    return { place: 0, fromMs, untilMs: fromMs + minutes * 60_000 };
  });
}
