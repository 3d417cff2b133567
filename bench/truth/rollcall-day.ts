import type { Load } from "../../src/core/report.ts";
import type { SnapshotStore } from "../../src/ports.ts";
import { createRefresher, type Refresher } from "../../src/refresh.ts";
import { fixedFleet } from "../../src/refresh/fixed-fleet.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { seededRandom } from "../lab/seeded-random.ts";
import { type Deployment, knobsOf } from "./deployment.ts";
import { fleetOf, targetOf } from "./fleet.ts";
import { createLaggingKv } from "./lagging-kv.ts";
import { createLastSeen } from "./last-seen.ts";
import { createNetwork } from "./network.ts";
import type { Score } from "./score.ts";
import { createScorer } from "./scorer.ts";
import { createScriptedProber } from "./scripted-prober.ts";
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
  const knobs = knobsOf(deployment);
  const random = seededRandom(seed);
  const clock = createVirtualClock(world.startMs);
  const ask = createNetwork(world, random);
  const lastSeen = createLastSeen(world.lives);
  const scorer = createScorer({ lives: world.lives, lastSeen, boundMs: knobs.staleMs });
  const canary = deployment.hasCanary ? targetOf(world.lives.length, knobs) : undefined;
  const fleets = fixedFleet(fleetOf(world.lives.length, knobs));
  const kv = createLaggingKv(clock, random);
  const memory = createMemoryStore();
  let probes = 0;

  function boot(place: number): Refresher {
    const store: SnapshotStore = deployment.platform === "workers" ? kv.at(place) : memory;
    const prober = createScriptedProber({
      ask,
      clock,
      place,
      indexOf: Number,
      onProbe: () => probes++,
      onSeen: (upstream, sentMs) => lastSeen.note(upstream, { sentMs, endedMs: clock.nowMs() }),
    });
    return createRefresher({
      fleets,
      knobs,
      prober,
      store,
      clock,
      random,
      log: failOnFault,
      ...(canary && { canary }),
    });
  }

  const isolates = Array.from({ length: deployment.isolates }, (_, place) => boot(place));
  const load = (place: number): Load => {
    const isolate = isolates[place];
    if (isolate === undefined) throw new Error(`Cannot ask isolate ${place}: there is none`);
    return isolate.begin({ place: `place ${place}`, waitUntil: () => {} });
  };

  async function poll(): Promise<void> {
    const askedMs = clock.nowMs();
    const report = await load(Math.floor(random() * isolates.length))();
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
    every(deployment.cronEveryMs, 0, () => void load(0)({ accept: "fresh", isScheduled: true }));
  }
  if (deployment.platform === "workers") {
    for (const place of isolates.keys()) {
      every(ISOLATE_LIFE_MS, random() * ISOLATE_LIFE_MS, () => isolates[place] = boot(place));
    }
  }
  await clock.runUntil(world.endMs);
  return scorer.score(world.endMs, { probes, writes: kv.writes.taken });
}

/** A fault of our own must not pass for an upstream's silence. */
function failOnFault(entry: { readonly event: string }): void {
  if (entry.event === "refresh-error") throw new Error(`Cannot go on: ${JSON.stringify(entry)}`);
}
