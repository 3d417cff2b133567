import { DEFAULT_KNOBS } from "../../src/core/knobs.ts";
import { buildWorld } from "./build-world.ts";
import { DENO, type Deployment, nameOf, WORKERS } from "./deployment.ts";
import { rollcallDay } from "./rollcall-day.ts";
import { rulesDay } from "./rules-day.ts";
import { type Score, sumScores } from "./score.ts";
import { SIMPLE_RULES } from "./simple-rules.ts";
import type { World } from "./world.ts";
import { WORLDS } from "./worlds.ts";

/** One run of the simulation. */
export interface Case {
  /** Index into {@link WORLDS}. */
  readonly world: number;
  /** How often the reader asks. */
  readonly pollEveryMs: number;
  /** Who judges; undefined: the simple rules, all in one run. */
  readonly deployment?: Deployment;
}

/** What came of it, for each judge. */
export interface Judged {
  readonly judge: string;
  readonly isOurs: boolean;
  readonly score: Score;
}

/** How big a world is. */
export interface CaseSize {
  readonly upstreams: number;
  readonly dayMs: number;
  readonly seed: number;
}

/** A day of 200 upstreams. */
export const FULL_SIZE: CaseSize = { upstreams: 200, dayMs: 86_400_000, seed: 1 };

/** The reader of the default table. */
export const USUAL_POLL_MS = 60_000;

/** Each world, as a monitor that asks once a minute sees it. */
export function usualCases(): Case[] {
  return WORLDS.flatMap((_, world) => casesOf(world, USUAL_POLL_MS, [DENO, WORKERS]));
}

/** One and eight isolates, with and without a refresh that nobody asks for; the calm and the eventful world for all readers. */
export function allCases(): Case[] {
  return WORLDS.flatMap(({ name }, world) => {
    const polls = GRID_WORLDS.includes(name) ? [USUAL_POLL_MS, 15_000, 30_000, 300_000] : [USUAL_POLL_MS];
    return polls.flatMap((pollEveryMs) => casesOf(world, pollEveryMs, ALL_DEPLOYMENTS));
  });
}

/** Worlds with every reader. */
const GRID_WORLDS: readonly string[] = ["calm, 1 % lost", "incidents"];

const ALL_DEPLOYMENTS: readonly Deployment[] = [
  DENO,
  { ...DENO, cronEveryMs: 20_000 },
  { ...WORKERS, cronEveryMs: undefined },
  WORKERS,
];

/** The deployments, with a canary too where the observer's own network fails, and the simple rules. */
function casesOf(world: number, pollEveryMs: number, deployments: readonly Deployment[]): Case[] {
  const isBlackout = WORLDS[world]?.blackouts !== undefined;
  const guarded = isBlackout ? [DENO, WORKERS].map((deployment) => ({ ...deployment, hasCanary: true })) : [];
  const ours = [...deployments, ...guarded].map((deployment) => ({ world, pollEveryMs, deployment }));
  return [...ours, { world, pollEveryMs }];
}

/** Run one; the same case of the same size comes to the same scores every time. */
export async function runCase({ world: index, pollEveryMs, deployment }: Case, size: CaseSize): Promise<Judged[]> {
  const plan = WORLDS[index];
  if (plan === undefined) throw new Error(`Cannot simulate world ${index}: there are ${WORLDS.length}`);
  const world = buildWorld(plan, size);
  const seed = size.seed * 31 + index;
  if (deployment !== undefined) {
    const scores: Score[] = [];
    for (const [number, part] of partsOf(world, deployment.fleetSize).entries()) {
      scores.push(await rollcallDay(part, { deployment, pollEveryMs, seed: seed * 1_009 + number }));
    }
    return [{ judge: nameOf(deployment), isOurs: true, score: sumScores(scores) }];
  }
  const { probeTimeoutMs: timeoutMs, staleMs: boundMs } = DEFAULT_KNOBS.workers;
  return rulesDay(world, { pollEveryMs, seed, timeoutMs, boundMs })
    .map((score, rule) => ({ judge: SIMPLE_RULES[rule]?.name ?? "", isOurs: false, score }));
}

/** The world as several fleets, each of which knows nothing of the others. */
function partsOf(world: World, fleetSize: number): World[] {
  const parts = Math.ceil(world.lives.length / fleetSize);
  return Array.from({ length: parts }, (_, part) => ({
    ...world,
    lives: world.lives.slice(part * fleetSize, (part + 1) * fleetSize),
  }));
}
