import { adopt } from "../core/adopt.ts";
import { remembered, type Viewpoint } from "../core/age.ts";
import { fold } from "../core/fold.ts";
import type { Knobs } from "../core/knobs.ts";
import type { Sighting } from "../core/observation.ts";
import type { Target } from "../core/registry.ts";
import { EMPTY_SNAPSHOT, type Snapshot, type TargetState } from "../core/snapshot.ts";
import type { StoreMark } from "./archive.ts";

/** What this isolate or process knows of the fleet. */
export interface Memory {
  /** Another object whenever something was learned. */
  snapshot(): Snapshot;
  /**
   * Fold in what was seen of one target.
   *
   * @returns Whether that turned the target's status.
   */
  learn(sighting: Sighting): boolean;
  /** Take from a stored snapshot what is worth knowing here. */
  adopt(stored: Snapshot, view: Viewpoint): void;
  /** Take when the value was last stored, and by whom. */
  mark(mark: StoreMark): void;
  /** Note that a refresh began which nobody asked for. */
  schedule(nowMs: number): void;
}

/** Create a memory that knows nothing yet. */
export function createMemory(targets: ReadonlyMap<string, Target>, knobs: Knobs): Memory {
  let snapshot = EMPTY_SNAPSHOT;

  function priorOf(state: TargetState | undefined, { targetKey, atMs }: Sighting): TargetState | undefined {
    const target = targets.get(targetKey);
    return target && remembered(state, target.upstream, { nowMs: atMs, bounds: knobs });
  }

  return {
    snapshot: () => snapshot,
    learn(sighting) {
      const statusOf = () => snapshot.targets[sighting.targetKey]?.status;
      const before = statusOf();
      snapshot = fold(snapshot, [sighting], { rise: knobs.rise, priorOf });
      return statusOf() !== before;
    },
    adopt(stored, view) {
      snapshot = adopt(snapshot, stored, view, [...targets.values()]);
    },
    mark(mark) {
      snapshot = { ...snapshot, ...mark };
    },
    schedule(nowMs) {
      snapshot = { ...snapshot, scheduledAtMs: nowMs };
    },
  };
}
