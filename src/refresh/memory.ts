import { adopt } from "../core/adopt.ts";
import { remembered, type Viewpoint } from "../core/age.ts";
import { fold } from "../core/fold.ts";
import type { Knobs } from "../core/knobs.ts";
import type { Sighting } from "../core/observation.ts";
import { questionOf } from "../core/question.ts";
import type { Target } from "../core/registry.ts";
import { EMPTY_SNAPSHOT, type Snapshot, type TargetState } from "../core/snapshot.ts";
import type { StoreMark } from "./archive.ts";

/** What this isolate or process knows of the fleet. */
export interface Memory {
  /** Another object whenever something was learned. */
  snapshot(): Snapshot;
  /**
   * Fold in what was seen of one target; nothing of one that is not registered, or whose question is another by now.
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
  /** Forget targets that are registered no more, or that are asked something else from now on. */
  tidy(targets: ReadonlyMap<string, Target>): void;
}

/** Create a memory that knows nothing yet; `targetsOf` gives the targets that are registered now. */
export function createMemory(targetsOf: () => ReadonlyMap<string, Target>, knobs: Knobs): Memory {
  let snapshot = EMPTY_SNAPSHOT;

  function priorOf(state: TargetState | undefined, { targetKey, atMs }: Sighting): TargetState | undefined {
    const target = targetsOf().get(targetKey);
    return target && remembered(state, target.upstream, { nowMs: atMs, bounds: knobs });
  }

  function isAsked(key: string, question: string | undefined, targets = targetsOf()): boolean {
    const target = targets.get(key);
    return target !== undefined && (question === undefined || question === questionOf(target.upstream));
  }

  return {
    snapshot: () => snapshot,
    learn(sighting) {
      if (!isAsked(sighting.targetKey, sighting.question)) return false;
      const statusOf = () => snapshot.targets[sighting.targetKey]?.status;
      const before = statusOf();
      snapshot = fold(snapshot, [sighting], { rise: knobs.rise, priorOf });
      return statusOf() !== before;
    },
    adopt(stored, view) {
      snapshot = adopt(snapshot, stored, view, [...targetsOf().values()]);
    },
    mark(mark) {
      snapshot = { ...snapshot, ...mark };
    },
    schedule(nowMs) {
      snapshot = { ...snapshot, scheduledAtMs: nowMs };
    },
    tidy(targets) {
      const kept = Object.entries(snapshot.targets).filter(([key, { question }]) => isAsked(key, question, targets));
      snapshot = { ...snapshot, targets: Object.fromEntries(kept) };
    },
  };
}
