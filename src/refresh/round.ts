import { remembered, type Viewpoint } from "../core/age.ts";
import type { DueTarget } from "../core/due.ts";
import { knownOf } from "../core/known.ts";
import { lossOf } from "../core/observer.ts";
import type { Target } from "../core/registry.ts";
import { createPool, type Pool } from "../fan-out.ts";
import type { Clock, ProbeSession } from "../ports.ts";
import { askAll } from "./ask-all.ts";
import { askCanary, keptForCanary } from "./canary.ts";
import type { Flight } from "./flights.ts";
import type { GuardedRefresh } from "./guard.ts";
import type { InquiryOptions, Prior, ProbeBudget } from "./inquiry.ts";
import { refreshLog } from "./log.ts";
import type { Loop } from "./loop.ts";

/** Known-failing targets hold at most this share of the pool's slots: two of a Worker's five. */
const KNOWN_FAILING_SHARE = 0.4;

/** Whose rounds they are. */
export interface RoundOwner {
  readonly place: string;
  readonly budget: ProbeBudget;
}

/** Under what circumstances a round begins. */
export interface RoundOptions {
  readonly flight: Flight;
  readonly hops: number;
  readonly startedMs: number;
}

/** Asks all due targets, learns what they say, and stores it. */
export type Round = (due: readonly DueTarget[], options: RoundOptions) => Promise<void>;

/** Make an invocation's rounds, which share one pool. */
export function createRound(loop: Loop, { place, budget }: RoundOwner): Round {
  const { knobs, clock, memory, guard, canary, random } = loop;
  const canaryBudget = { left: keptForCanary(canary, knobs.probesPerInvocation) };
  let pool: Pool | undefined;

  const view = (): Viewpoint => ({ nowMs: clock.nowMs(), place, bounds: knobs });

  return async function round(due, { flight, hops, startedMs }) {
    pool ??= createPool(poolOptions(knobs.concurrency, clock));
    const session = heedingBars(loop.prober.begin(hops), loop.bar);
    const means = { pool, session, clock, budget, place, random, onProgress: flight.touch };
    const guarded = beginGuard(means, startedMs);
    const sightings = await askAll(due, {
      means,
      priorOf,
      onSighting: async (sighting, all) => {
        if (await guarded.admits(sighting, all)) loop.heed(sighting);
      },
      onLanded: flight.land,
    }).finally(session.end);
    await guarded.conclude(sightings.filter((sighting) => sighting !== undefined));
    // What a place saw that doubts itself is not put over what others saw.
    if (!guard.isSuspect()) await loop.keep();
    const tookMs = clock.nowMs() - startedMs;
    const problems = loop.reportAt(view(), budget.left).problems;
    loop.log(refreshLog({ place, sightings, memory: memory.snapshot(), tookMs, problems }));
  };

  function priorOf(target: Target): Prior {
    const state = remembered(loop.stateOf(target.key), target.upstream, view());
    return { state, known: knownOf(target, memory.snapshot()) };
  }

  function beginGuard(means: InquiryOptions, sinceMs: number): GuardedRefresh {
    return guard.begin({
      nowMs: clock.nowMs,
      askCanary: canary && (() => askCanary(canary, { ...means, budgets: [canaryBudget, budget] })),
      lossOf: (sightings) =>
        lossOf({
          sightings,
          targets: loop.scope().targets.values(),
          snapshot: memory.snapshot(),
          view: view(),
          sinceMs,
        }),
    });
  }
}

function heedingBars(session: ProbeSession, bar: Loop["bar"]): ProbeSession {
  return {
    ...session,
    async probe(target, options) {
      const outcome = await session.probe(target, options);
      if (outcome.kind === "not-attempted" && outcome.isBarred) bar(target);
      return outcome;
    },
  };
}

function poolOptions(concurrency: number, clock: Clock) {
  const laneLimits = [
    concurrency,
    Math.max(1, Math.floor(KNOWN_FAILING_SHARE * concurrency)),
    concurrency,
    concurrency,
  ];
  return { concurrency, laneLimits, after: clock.after };
}
