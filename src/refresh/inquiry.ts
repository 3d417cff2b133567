import type { Observation, ProbeOutcome, Sighting } from "../core/observation.ts";
import type { DueTarget } from "../core/due.ts";
import type { TargetState } from "../core/snapshot.ts";
import type { Pool } from "../fan-out.ts";
import type { Clock, Prober } from "../ports.ts";

/** Lanes of the probe pool: every first probe goes before any confirm, known-failing targets after the others. */
export const LANES = { first: 0, knownFailing: 1, confirm: 2 } as const;

/**
 * Pauses before the three confirming probes, in milliseconds, each counted from the failure before it. Jittered, so that
 * a fleet behind one balancer is not asked in step; together short enough for a refusal to be confirmed inside the answer.
 */
export const CONFIRM_PAUSES_MS = [200, 500, 1_000] as const;

/** A probe that is silent this long, in milliseconds, gets a sibling: a lost packet must not cost a whole timeout. */
export const HEDGE_AFTER_MS = 300;

/** Probes one invocation may still make. */
export interface ProbeBudget {
  left: number;
}

/** What an inquiry works with. */
export interface InquiryOptions {
  readonly pool: Pool;
  readonly prober: Prober;
  readonly clock: Clock;
  /** For confirms; the first probe is already paid for. */
  readonly budget: ProbeBudget;
  readonly place: string;
  /** 0..1, uniform; spreads the pauses. */
  readonly random: () => number;
  /** Ends the inquiry without a verdict. */
  readonly signal: AbortSignal;
  /** Called when a probe is dispatched or ends, so that a run cut off by the platform can be told from a slow one. */
  readonly onProgress: () => void;
}

/**
 * Ask one target, and ask again before believing a change to failure.
 *
 * The first answer ends it. A probe that fails, or is silent for long, is followed by up to three confirming ones while
 * the budget lasts; none follow for a target that was down already, that was suspect, or that is overloaded.
 *
 * @returns Undefined when nothing was attempted.
 */
export async function inquire(
  { target, isKnownFailing }: DueTarget,
  prior: TargetState | undefined,
  options: InquiryOptions,
): Promise<Sighting | undefined> {
  const { pool, prober, clock, budget } = options;
  const attempts: Observation[] = [];
  const ended = new AbortController();
  const end = () => ended.abort();
  options.signal.addEventListener("abort", end, { once: true });
  const mayConfirm = prior?.status !== "NOT_SERVING" && prior?.isSuspect !== true;
  const hedgeAfterMs = Math.max(HEDGE_AFTER_MS, 2 * (prior?.observation.latencyMs ?? 0));

  async function ask(index: number, lane: number): Promise<void> {
    const { promise: dispatched, resolve: dispatch } = Promise.withResolvers<void>();
    const task = (signal: AbortSignal) => {
      options.onProgress();
      dispatch();
      return prober.probe(target, { timeoutMs: target.upstream.timeoutMs, signal });
    };
    const probe = pool.run({ lane, timeoutMs: target.upstream.timeoutMs, task, signal: ended.signal }).then(record);
    const confirmed = mayConfirm ? Promise.race([dispatched, probe]).then(() => confirm(index, probe)) : undefined;
    await Promise.all([probe, confirmed]);
  }

  async function confirm(index: number, probe: Promise<void>): Promise<void> {
    const pauseMs = CONFIRM_PAUSES_MS[index];
    if (pauseMs === undefined) return;
    if (!await isSilentFor(hedgeAfterMs, probe)) {
      await clock.sleep(pauseMs * (0.8 + 0.3 * options.random()), ended.signal);
    }
    if (ended.signal.aborted || budget.left < 1) return;
    budget.left--;
    await ask(index + 1, LANES.confirm);
  }

  async function isSilentFor(ms: number, probe: Promise<void>): Promise<boolean> {
    const waited = new AbortController();
    const silent = clock.sleep(ms, waited.signal).then(() => true);
    try {
      return await Promise.race([probe.then(() => false), silent]);
    } finally {
      waited.abort();
    }
  }

  function record(outcome: ProbeOutcome | "timeout"): void {
    options.onProgress();
    if (ended.signal.aborted) return;
    const observation = outcome === "timeout" ? timeoutOf(target.upstream.timeoutMs) : outcome;
    if (observation.kind === "not-attempted") {
      budget.left = 0;
      return end();
    }
    attempts.push(observation);
    if (observation.kind === "answered" || observation.failure === "overloaded") end();
  }

  try {
    await ask(0, isKnownFailing ? LANES.knownFailing : LANES.first);
  } finally {
    end();
    options.signal.removeEventListener("abort", end);
  }
  const observation = attempts.at(-1);
  if (observation === undefined) return undefined;
  const isConfirmed = attempts.length > CONFIRM_PAUSES_MS.length;
  return { targetKey: target.key, observation, attempts, isConfirmed, atMs: clock.nowMs(), place: options.place };
}

function timeoutOf(timeoutMs: number): Observation {
  return { kind: "failed", failure: "timeout", message: `no answer within ${timeoutMs} ms`, latencyMs: timeoutMs };
}
