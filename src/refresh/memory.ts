import { adopt } from "../core/adopt.ts";
import { remembered, type Viewpoint } from "../core/age.ts";
import { fold } from "../core/fold.ts";
import { boundsFor } from "../core/freshness.ts";
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
  /** What is known of one target. */
  stateOf(targetKey: string): TargetState | undefined;
  /**
   * Fold in what was seen of one target; nothing of one that is not registered, or whose question is another by now.
   *
   * @returns Whether that turned the target's status, or that of a name it lists.
   */
  learn(sighting: Sighting): boolean;
  /**
   * Let what is known of a target that cannot be asked hold no longer than a suspect's status does.
   *
   * @returns Whether it held longer.
   */
  bar(target: Target): boolean;
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
  let known = EMPTY_SNAPSHOT;
  // What was learned since `known` was last asked for: to copy a thousand targets for each of them would cost a million.
  const news = new Map<string, TargetState>();

  function snapshot(): Snapshot {
    if (news.size > 0) known = { ...known, targets: { ...known.targets, ...Object.fromEntries(news) } };
    news.clear();
    return known;
  }

  function stateOf(key: string): TargetState | undefined {
    return news.get(key) ?? known.targets[key];
  }

  function priorOf(state: TargetState | undefined, { targetKey, atMs }: Sighting): TargetState | undefined {
    const target = targetsOf().get(targetKey);
    return target && remembered(state, target.upstream, { nowMs: atMs, bounds: knobs });
  }

  function isAsked(key: string, question: string | undefined, targets = targetsOf()): boolean {
    const target = targets.get(key);
    return target !== undefined && (question === undefined || question === questionOf(target.upstream));
  }

  return {
    snapshot,
    stateOf,
    learn(sighting) {
      if (!isAsked(sighting.targetKey, sighting.question)) return false;
      const { targetKey } = sighting;
      const before = stateOf(targetKey);
      const prior = { ...known, targets: before === undefined ? {} : { [targetKey]: before } };
      const after = fold(prior, [sighting], { rise: knobs.rise, priorOf }).targets[targetKey];
      if (after !== undefined && after !== before) news.set(targetKey, after);
      return hasTurned(before, after);
    },
    bar({ key, upstream }) {
      const state = stateOf(key);
      if (state === undefined || !isAsked(key, questionOf(upstream))) return false;
      const untilMs = state.checkedAtMs + boundsFor(upstream.ttlMs, knobs).staleMs;
      if ((state.observation.untilMs ?? Infinity) <= untilMs) return false;
      news.set(key, { ...state, observation: { ...state.observation, untilMs } });
      return true;
    },
    adopt(stored, view) {
      known = adopt(snapshot(), stored, view, [...targetsOf().values()]);
    },
    mark(mark) {
      known = { ...snapshot(), ...mark };
    },
    schedule(nowMs) {
      known = { ...snapshot(), scheduledAtMs: nowMs };
    },
    tidy(targets) {
      const kept = Object.entries(snapshot().targets).filter(([key, { question }]) => isAsked(key, question, targets));
      known = { ...snapshot(), targets: Object.fromEntries(kept) };
    },
  };
}

function hasTurned(before: TargetState | undefined, after: TargetState | undefined): boolean {
  if (before?.status !== after?.status) return true;
  if (before?.listed === after?.listed) return false;
  const was = new Map(Object.entries(before?.listed ?? {}));
  const names = Object.entries(after?.listed ?? {});
  return names.length !== was.size || names.some(([name, { status }]) => was.get(name)?.status !== status);
}
