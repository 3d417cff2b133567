import { isNetworkFailure } from "../core/observer.ts";
import { NOTHING_KNOWN } from "../core/known.ts";
import type { ProbeOutcome } from "../core/observation.ts";
import type { Target } from "../core/registry.ts";
import type { Run } from "../fan-out.ts";
import { type InquiryOptions, LANES, type ProbeBudget } from "./inquiry.ts";
import { patienceWith } from "./patience.ts";

/** Probes of an invocation that are kept for the canary: a fleet that all fails spends the rest on confirms. */
export function keptForCanary(canary: Target | undefined, probesPerInvocation: number): 0 | 1 {
  return canary !== undefined && probesPerInvocation > 1 ? 1 : 0;
}

/** How the canary is asked. */
export interface CanaryMeans extends Pick<InquiryOptions, "pool" | "session" | "onProgress"> {
  /** What it is paid from: the first that has a probe left. */
  readonly budgets: readonly Pick<ProbeBudget, "left">[];
}

/** The canary is asked by so many probes at most, each sent when the one before it is silent. */
const CANARY_PROBES = 3;

/**
 * Whether anything answers where the canary is: any answer at all shows that our own network carries. A verdict waits for
 * it, so that a lost probe of it must not cost a whole timeout. Without a probe left to ask it by there is no reason to
 * doubt, and it counts as alive. Rejects only when the prober breaks its promise.
 */
export async function askCanary(
  target: Target,
  { pool, session, budgets, onProgress }: CanaryMeans,
): Promise<boolean> {
  const { timeoutMs } = target.upstream;
  const { promise: isAlive, resolve, reject } = Promise.withResolvers<boolean>();
  const open = new Set<Run<ProbeOutcome>>();

  function ask(attempt: number): void {
    const budget = budgets.find(({ left }) => left >= 1);
    if (budget === undefined) return;
    budget.left--;
    const task = (signal: AbortSignal) => {
      onProgress();
      return session.probe(target, { timeoutMs, signal, attempt, known: NOTHING_KNOWN, pay: () => false });
    };
    const silence = { afterMs: patienceWith(undefined).firstMs, onSilent: () => ask(attempt + 1) };
    const run = pool.run({ lane: LANES.first, timeoutMs, task, ...(attempt < CANARY_PROBES && { silence }) });
    open.add(run);
    run.result.then((outcome) => {
      open.delete(run);
      if (isSign(outcome)) resolve(true);
      if (open.size === 0) resolve(false);
    }, reject);
  }

  ask(1);
  if (open.size === 0) return true;
  try {
    return await isAlive;
  } finally {
    for (const run of open) run.withdraw();
  }
}

function isSign(outcome: ProbeOutcome | "timeout"): boolean {
  return outcome !== "timeout" && (outcome.kind === "not-attempted" || !isNetworkFailure(outcome));
}
