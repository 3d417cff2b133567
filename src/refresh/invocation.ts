import { ageOf, type Viewpoint } from "../core/age.ts";
import { confirmReserve, type DueTarget, dueTargets, requestsOf } from "../core/due.ts";
import { type Freshness, isSpeechless } from "../core/freshness.ts";
import type { Target } from "../core/registry.ts";
import { HOPS_MAX, type Load, type LoadOptions, type Report } from "../core/report.ts";
import { keptForCanary } from "./canary.ts";
import type { Flight } from "./flights.ts";
import type { ProbeBudget } from "./inquiry.ts";
import type { Invocation, Loop } from "./loop.ts";
import { createRound, type Round } from "./round.ts";
import type { Scope } from "./scope.ts";

/** Strangers may force a probe of a target once in this many milliseconds. */
export const FORCE_EVERY_MS = 5_000;

/** Kept from the answer-by deadline for the way back to the caller, in milliseconds. */
export const ANSWER_MARGIN_MS = 50;

/** Give an invocation its `load`, with a probe budget and a pool of its own; it never rejects. */
export function createLoad(loop: Loop, { place, waitUntil }: Invocation): Load {
  const { knobs, clock, memory, flights, fleets, guard, canary } = loop;
  const budget: ProbeBudget = {
    left: knobs.probesPerInvocation - keptForCanary(canary, knobs.probesPerInvocation),
    reserved: confirmReserve(knobs.probesPerInvocation),
  };
  let round: Round | undefined;

  const view = (): Viewpoint => ({ nowMs: clock.nowMs(), place, bounds: knobs });
  const age = ({ key, upstream }: Target): Freshness => ageOf(loop.stateOf(key), upstream, view());
  const report = () => loop.reportAt(view(), budget.left);

  async function load(asked: LoadOptions = {}): Promise<Report> {
    const waitMs = Math.min(asked.deadlineMs ?? Infinity, knobs.deadlineMs) - ANSWER_MARGIN_MS;
    const deadlineMs = clock.nowMs() + waitMs;
    const isDemanding = asked.isForced === true || asked.accept === "fresh";
    const fleetAge = fleets.age();
    if (fleetAge === "overdue" || (fleetAge === "stale" && isDemanding)) await fleets.renew();
    else if (fleetAge === "stale") waitUntil(fleets.renew());
    if (asked.isScheduled === true) memory.schedule(clock.nowMs());
    const known = report();
    const hops = asked.hops ?? 0;
    if (known.isAllFresh && asked.isForced !== true && !guard.asksAll()) return known;
    if (hops >= HOPS_MAX) return await recall();
    let scope: Scope;
    let asking = asked;
    do {
      scope = loop.scope();
      ask(asking, hops);
      await flights.settled([...scope.targets.keys()], (key) => isAwaited(key, asked), deadlineMs);
      asking = { ...asked, isForced: false };
      // Who was registered meanwhile is part of the answer, and is asked too.
    } while (scope !== loop.scope() && clock.nowMs() < deadlineMs);
    return report();
  }

  /** Begin a refresh of what is due, behind the answer. */
  function ask(asked: LoadOptions, hops: number): void {
    if (guard.isResting(clock.nowMs()) && asked.isTrusted !== true) return;
    const due = findDue(asked);
    if (due.length === 0) return;
    budget.left -= requestsFor(due);
    const isForced = asked.isForced === true || guard.asksAll();
    const manner = { isForced, readsStore: wantsStore(asked), hops };
    waitUntil(refresh(due, manner).catch(logFault));
  }

  /** What is known here, or stored, with nobody asked. */
  async function recall(): Promise<Report> {
    if ([...loop.scope().targets.values()].some((target) => isSpeechless(age(target)))) await readStore();
    return report();
  }

  function findDue(asked: LoadOptions): DueTarget[] {
    const seen = view();
    const mayForce = (key: string) =>
      asked.isTrusted === true || seen.nowMs - (loop.stateOf(key)?.checkedAtMs ?? 0) >= FORCE_EVERY_MS;
    const isMeant = (key: string) => asked.only === undefined || asked.only === key;
    return dueTargets(loop.scope().fleet.registry, memory.snapshot(), seen, {
      isForced: (key) => guard.asksAll() || (asked.isForced === true && isMeant(key) && mayForce(key)),
      isInFlight: flights.has,
      budget: budget.left,
    });
  }

  /** An answer waits for all when a demanding caller asked, or while we doubt ourselves, else only for targets whose state no longer speaks. */
  function isAwaited(key: string, asked: LoadOptions): boolean {
    if (asked.isForced === true || asked.accept === "fresh" || guard.isSuspect()) return true;
    const target = loop.scope().targets.get(key);
    return target !== undefined && isSpeechless(age(target));
  }

  async function refresh(claimed: readonly DueTarget[], { isForced, readsStore, hops }: Asked): Promise<void> {
    const startedMs = clock.nowMs();
    const flight = flights.take(claimed.map(({ target }) => target.key));
    // When memory alone cannot answer, another isolate may just have probed.
    if (readsStore || claimed.some(({ target }) => isSpeechless(age(target)))) await readStore(flight);
    const isDue = ({ target }: DueTarget) => isForced || age(target) !== "fresh";
    const due = claimed.filter(isDue);
    budget.left += requestsFor(claimed) - requestsFor(due);
    for (const { target } of claimed.filter((spared) => !isDue(spared))) flight.land(target.key);
    round ??= createRound(loop, { place, budget });
    await round(due, { flight, hops, startedMs });
  }

  async function readStore(flight?: Flight): Promise<void> {
    const stored = await loop.archive.read();
    if (stored !== undefined) memory.adopt(stored, view());
    flight?.announce();
  }

  /** Only a bug of our own comes here; nobody awaits a refresh, so this line is all that tells of it. */
  function logFault(error: unknown): void {
    loop.log({ event: "refresh-error", error: String(error) });
  }

  return load;
}

function requestsFor(due: readonly DueTarget[]): number {
  return requestsOf(due.map(({ target }) => target));
}

/** How a refresh was asked for. */
interface Asked {
  readonly isForced: boolean;
  readonly readsStore: boolean;
  readonly hops: number;
}

/** So that the operator can see from outside whether what was stored is read back. */
function wantsStore({ isForced, isTrusted, only }: LoadOptions): boolean {
  return isForced === true && isTrusted === true && only === undefined;
}
