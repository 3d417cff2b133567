import type { ServingStatus } from "../../src/core/status.ts";
import { seededRandom } from "../lab/seeded-random.ts";
import { createLastSeen } from "./last-seen.ts";
import { type Ask, createNetwork } from "./network.ts";
import type { Score } from "./score.ts";
import { createScorer } from "./scorer.ts";
import { type ProbeResult, SIMPLE_RULES } from "./simple-rules.ts";
import type { World } from "./world.ts";

/** Who reads, and what the monitor and its readers are held to. */
export interface RulesDayOptions {
  readonly pollEveryMs: number;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly boundMs: number;
}

/** Each monitor probes each upstream this often, in milliseconds, readers or not. */
export const RULE_EVERY_MS = 15_000;

/** Let every simple rule judge a world by the same probes, from the first place, and score what a reader is told. */
export function rulesDay(world: World, { pollEveryMs, seed, timeoutMs, boundMs }: RulesDayOptions): Score[] {
  const random = seededRandom(seed);
  const ask = createNetwork(world, random);
  const lastSeen = createLastSeen(world.lives);
  const scorers = SIMPLE_RULES.map(() => createScorer({ lives: world.lives, lastSeen, boundMs }));
  const firstPollMs = RULE_EVERY_MS + timeoutMs + random() * pollEveryMs;
  let probes = 0;

  function watch(upstream: number): void {
    const judges = SIMPLE_RULES.map(({ create }) => create());
    let statuses: ServingStatus[] = [];
    let pollMs = world.startMs + Math.ceil(firstPollMs);
    const readUntil = (untilMs: number) => {
      for (; pollMs < untilMs; pollMs += pollEveryMs) {
        for (const [rule, status] of statuses.entries()) {
          scorers[rule]?.hear({ upstream, status, askedMs: pollMs, heardMs: pollMs });
        }
      }
    };
    for (let atMs = world.startMs + Math.floor(random() * RULE_EVERY_MS); atMs < world.endMs; atMs += RULE_EVERY_MS) {
      const { result, tookMs } = probe(ask, upstream, atMs, timeoutMs);
      probes++;
      readUntil(Math.min(atMs + tookMs, world.endMs));
      lastSeen.note(upstream, { sentMs: atMs, endedMs: atMs + tookMs });
      statuses = judges.map((judge) => judge(result));
    }
    readUntil(world.endMs);
  }

  for (const upstream of world.lives.keys()) watch(upstream);
  return scorers.map((scorer) => scorer.score(world.endMs, { probes, writes: 0 }));
}

function probe(ask: Ask, upstream: number, atMs: number, timeoutMs: number): { result: ProbeResult; tookMs: number } {
  const fate = ask(upstream, 0, atMs);
  if (fate.kind === "silence" || fate.latencyMs > timeoutMs) return { result: "failed", tookMs: timeoutMs };
  return { result: fate.reply === "refused" ? "failed" : fate.reply, tookMs: fate.latencyMs };
}
