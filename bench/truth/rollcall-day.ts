import { seededRandom } from "../lab/seeded-random.ts";
import { type Deployment, knobsOf } from "./deployment.ts";
import { createIsolates } from "./isolates.ts";
import { createLastSeen } from "./last-seen.ts";
import { createNetwork } from "./network.ts";
import type { Score } from "./score.ts";
import { createScorer } from "./scorer.ts";
import { createVirtualClock } from "./virtual-clock.ts";
import type { World } from "./world.ts";

/** Who asks, and what chance decides by. */
export interface DayOptions {
  readonly deployment: Deployment;
  /** One reader asks so often, at an isolate that chance chooses, and nobody else does: the hardest case. */
  readonly pollEveryMs: number;
  readonly seed: number;
}

/** An isolate is replaced by one that knows nothing after this long, on Workers, in milliseconds. */
const ISOLATE_LIFE_MS = 1_800_000;

/** Let the real loop watch a world, with one reader, and score what the reader is told. */
export async function rollcallDay(world: World, { deployment, pollEveryMs, seed }: DayOptions): Promise<Score> {
  const random = seededRandom(seed);
  const clock = createVirtualClock(world.startMs);
  const ask = createNetwork(world, random);
  const lastSeen = createLastSeen(world.lives);
  const isolates = createIsolates({ deployment, upstreams: world.lives.length, ask, clock, random, lastSeen });
  const scorer = createScorer({ lives: world.lives, lastSeen, boundMs: knobsOf(deployment).staleMs });

  async function poll(): Promise<void> {
    const askedMs = clock.nowMs();
    const report = await isolates.load(Math.floor(random() * deployment.isolates))();
    const heardMs = clock.nowMs();
    for (const upstream of world.lives.keys()) {
      // What readers of a name get, in whatever dialect.
      const status = report.names.get(`${upstream}`)?.status ?? "UNKNOWN";
      scorer.hear({ upstream, status, askedMs, heardMs });
    }
  }

  function every(ms: number, firstMs: number, run: () => void): void {
    clock.after(firstMs, () => {
      run();
      every(ms, ms, run);
    });
  }

  every(pollEveryMs, random() * pollEveryMs, () => void poll());
  if (deployment.cronEveryMs !== undefined) {
    every(deployment.cronEveryMs, 0, () => void isolates.load(0)({ accept: "fresh", isScheduled: true }));
  }
  for (let place = 0; deployment.platform === "workers" && place < deployment.isolates; place++) {
    every(ISOLATE_LIFE_MS, random() * ISOLATE_LIFE_MS, () => isolates.replace(place));
  }
  await clock.runUntil(world.endMs);
  return scorer.score(world.endMs, isolates.costs());
}
