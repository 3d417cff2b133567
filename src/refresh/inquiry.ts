import { canFall, CONFIRM_PAUSES_MS, FAILURES_TO_BELIEVE } from "../core/confirm.ts";
import type { Observation, ProbeOutcome, Sighting } from "../core/observation.ts";
import type { DueTarget } from "../core/due.ts";
import { questionOf } from "../core/question.ts";
import { isTold } from "../core/registry.ts";
import type { TargetState } from "../core/snapshot.ts";
import type { Pool, Run } from "../fan-out.ts";
import type { Known } from "../core/known.ts";
import type { Clock, ProbeSession } from "../ports.ts";
import { patienceWith } from "./patience.ts";

/**
 * Lanes of the probe pool: every first probe goes before any confirm, known-failing targets after the others; one more
 * than it takes to confirm goes where no other target needs the slot.
 */
export const LANES = { first: 0, knownFailing: 1, confirm: 2, spare: 3 } as const;

/**
 * Where slots are scarce not all that would confirm gets its turn in time. This long after the inquiry began, in
 * milliseconds, just inside the answer, fewer are enough, if none was answered and one failed.
 */
const DECIDE_AFTER_MS = 2_300;
const PROBES_TO_DECIDE = 3;

/** Probes beside the first of a silent target that is known to be down: one packet in a hundred is lost, two at once are too. */
const SIBLINGS_OF_DOWN = 2;

/** Probes one invocation may still make. */
export interface ProbeBudget {
  left: number;
  /** Of these, so many are for confirms only. */
  readonly reserved: number;
}

/** What is known of a target before it is asked. */
export interface Prior {
  /** What may still be built on of its last state. */
  readonly state: TargetState | undefined;
  readonly known: Known;
}

/** What an inquiry works with. */
export interface InquiryOptions {
  readonly pool: Pool;
  readonly session: ProbeSession;
  readonly clock: Clock;
  /** For confirms and further requests of a probe; the first request is already paid for. */
  readonly budget: ProbeBudget;
  readonly place: string;
  /** 0..1, uniform; spreads the pauses. */
  readonly random: () => number;
  /** Called when a probe is dispatched or ends, so that a run cut off by the platform can be told from a slow one. */
  readonly onProgress: () => void;
}

/** One target being asked. */
export interface Inquiry {
  /** What was learned; undefined when nothing was attempted. Rejects only when the prober breaks its promise. */
  readonly sighting: Promise<Sighting | undefined>;
  /** Stop asking, and make do with what was seen so far. */
  cut(): void;
}

/**
 * Ask one target, and ask again before believing a change to failure.
 *
 * The first answer ends it, or the failure that is enough to believe. Until then a probe that fails, or is silent for long,
 * is followed by confirming ones while the budget lasts; none follow for a target that is overloaded. One that was down
 * already needs none, but gets siblings while it is silent, if there is room: a lost packet must not hide that it is back.
 */
export function inquire(
  { target, isKnownFailing }: DueTarget,
  { state: prior, known }: Prior,
  { pool, session, clock, budget, place, random, onProgress }: InquiryOptions,
): Inquiry {
  const { timeoutMs } = target.upstream;
  const isTelling = isTold(target.upstream);
  const isDown = prior !== undefined && !canFall(prior);
  const confirms = isTelling || isDown ? 0 : CONFIRM_PAUSES_MS.length;
  const siblings = isDown && !isTelling ? SIBLINGS_OF_DOWN : confirms;
  const enough = isDown ? 1 : FAILURES_TO_BELIEVE;
  const patience = patienceWith(prior);
  const { promise: sighting, resolve, reject } = Promise.withResolvers<Sighting | undefined>();
  const attempts: Observation[] = [];
  const open = new Set<Run<ProbeOutcome>>();
  const startedMs = clock.nowMs();
  let asked = 0;
  let sent = 0;
  let isOver = false;
  let isDecided = false;
  let cancelPause: (() => void) | undefined;
  let cancelDecision: (() => void) | undefined;

  function ask(lane: number): void {
    const number = asked++;
    const afterMs = number === 0 ? patience.firstMs : patience.nextMs;
    const silence = number < siblings ? { afterMs, onSilent: () => confirm(number) } : undefined;
    const task = (signal: AbortSignal) => {
      onProgress();
      sent++;
      return session.probe(target, { timeoutMs, signal, attempt: number, known, pay });
    };
    const run = pool.run({ lane, timeoutMs, task, ...(silence && { silence }) });
    open.add(run);
    run.result.then((outcome) => {
      open.delete(run);
      record(outcome, number);
    }, fail);
  }

  function record(outcome: ProbeOutcome | "timeout", number: number): void {
    onProgress();
    if (isOver) return;
    // Who was not reached is our own authority, which is no observation of the upstream.
    if (isTelling && outcome === "timeout") return end();
    const observation = outcome === "timeout" ? timeoutOf(timeoutMs, known) : outcome;
    if (observation.kind === "not-attempted") {
      if (observation.isLast) budget.left = 0;
      return end();
    }
    attempts.push(observation);
    if (observation.kind === "answered" || observation.failure === "overloaded") return end();
    if (attempts.length >= enough) return end();
    const pauseMs = CONFIRM_PAUSES_MS[number];
    if (number < confirms && number === asked - 1 && budget.left > 0 && pauseMs !== undefined) {
      cancelPause = clock.after(pauseMs * (0.8 + 0.3 * random()), () => {
        cancelPause = undefined;
        confirm(number);
        endIfIdle();
      });
    }
    endIfIdle();
  }

  /** Send the probe after probe `number`, once, if there is one to spend. */
  function confirm(number: number): void {
    if (isOver || number !== asked - 1) return;
    if (isDown) return pay() ? ask(LANES.spare) : undefined;
    if (budget.left < 1) return;
    budget.left--;
    cancelDecision ??= clock.after(startedMs + DECIDE_AFTER_MS - clock.nowMs(), decide);
    ask(asked < FAILURES_TO_BELIEVE ? LANES.confirm : LANES.spare);
  }

  function decide(): void {
    if (attempts.length === 0 || sent < PROBES_TO_DECIDE) return;
    isDecided = true;
    end();
  }

  /** Extra requests leave the last fifth of the budget to confirms, as first probes do. */
  function pay(): boolean {
    if (isOver || budget.left <= budget.reserved) return false;
    budget.left--;
    return true;
  }

  function endIfIdle(): void {
    if (open.size === 0 && cancelPause === undefined) end();
  }

  function fail(error: unknown): void {
    reject(error);
    end();
  }

  function end(): void {
    if (isOver) return;
    isOver = true;
    cancelPause?.();
    cancelDecision?.();
    for (const run of open) run.withdraw();
    const observation = attempts.at(-1);
    if (observation === undefined) return resolve(undefined);
    const isConfirmed = isDecided || attempts.length >= FAILURES_TO_BELIEVE;
    const question = questionOf(target.upstream);
    // What was told is as old as the reading of it: what was written here meanwhile is newer.
    const atMs = clock.nowMs() - (isTelling ? observation.latencyMs : 0);
    resolve({ targetKey: target.key, question, observation, attempts, isConfirmed, atMs, place });
  }

  ask(isKnownFailing ? LANES.knownFailing : LANES.first);
  return { sighting, cut: end };
}

function timeoutOf(timeoutMs: number, { negotiation }: Known): Observation {
  const message = `no answer within ${timeoutMs} ms`;
  return { kind: "failed", failure: "timeout", message, latencyMs: timeoutMs, ...(negotiation && { negotiation }) };
}
