import type { Load } from "../../src/core/report.ts";
import type { SnapshotStore } from "../../src/ports.ts";
import { createRefresher, type Refresher } from "../../src/refresh.ts";
import { fixedFleet } from "../../src/refresh/fixed-fleet.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { type Deployment, knobsOf } from "./deployment.ts";
import { fleetOf, targetOf } from "./fleet.ts";
import { createLaggingKv } from "./lagging-kv.ts";
import type { LastSeen } from "./last-seen.ts";
import type { Ask } from "./network.ts";
import type { Score } from "./score.ts";
import { createScriptedProber } from "./scripted-prober.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** The isolates of one deployment, each with the real loop, that share a store. */
export interface Isolates {
  /** The `load` of a new invocation of the isolate at this place. */
  load(place: number): Load;
  /** Put one that knows nothing in the place of another. */
  replace(place: number): void;
  /** What they have used so far. */
  costs(): Pick<Score, "probes" | "writes">;
}

/** What isolates live in. */
export interface IsolatesOptions {
  readonly deployment: Deployment;
  /** Upstreams of their fleet. */
  readonly upstreams: number;
  readonly ask: Ask;
  readonly clock: VirtualClock;
  readonly random: () => number;
  /** Told of every probe that comes to something. */
  readonly lastSeen: LastSeen;
}

/** Boot the isolates of a deployment, which know nothing yet. */
export function createIsolates(options: IsolatesOptions): Isolates {
  const { deployment, upstreams, ask, clock, random, lastSeen } = options;
  const knobs = knobsOf(deployment);
  const fleets = fixedFleet(fleetOf(upstreams, knobs));
  const canary = deployment.hasCanary ? targetOf(upstreams, knobs) : undefined;
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
    const guarded = canary && { canary };
    return createRefresher({ fleets, knobs, prober, store, clock, random, log: failOnFault, ...guarded });
  }

  const isolates = Array.from({ length: deployment.isolates }, (_, place) => boot(place));
  return {
    load(place) {
      const isolate = isolates[place];
      if (isolate === undefined) throw new Error(`Cannot ask isolate ${place}: there is none`);
      return isolate.begin({ place: `place ${place}`, waitUntil: () => {} });
    },
    replace: (place) => void (isolates[place] = boot(place)),
    costs: () => ({ probes, writes: kv.writes.taken }),
  };
}

/** A fault of our own must not pass for an upstream's silence. */
function failOnFault(entry: { readonly event: string }): void {
  if (entry.event === "refresh-error") throw new Error(`Cannot go on: ${JSON.stringify(entry)}`);
}
