import { isNetworkFailure } from "../core/observer.ts";
import { NOTHING_KNOWN } from "../core/known.ts";
import type { Target } from "../core/registry.ts";
import { type InquiryOptions, LANES, type ProbeBudget } from "./inquiry.ts";

/** Probes of an invocation that are kept for the canary: a fleet that all fails spends the rest on confirms. */
export function keptForCanary(canary: Target | undefined, probesPerInvocation: number): 0 | 1 {
  return canary !== undefined && probesPerInvocation > 1 ? 1 : 0;
}

/** How the canary is asked. */
export interface CanaryMeans extends Pick<InquiryOptions, "pool" | "session" | "onProgress"> {
  /** What it is paid from: the first that has a probe left. */
  readonly budgets: readonly Pick<ProbeBudget, "left">[];
}

/**
 * Whether anything answers where the canary is: any answer at all shows that our own network carries. Without a probe left
 * to ask it by there is no reason to doubt, and it counts as alive. Rejects only when the prober breaks its promise.
 */
export async function askCanary(
  target: Target,
  { pool, session, budgets, onProgress }: CanaryMeans,
): Promise<boolean> {
  const budget = budgets.find(({ left }) => left >= 1);
  if (budget === undefined) return true;
  budget.left--;
  const { timeoutMs } = target.upstream;
  const run = pool.run({
    lane: LANES.first,
    timeoutMs,
    task: (signal) => {
      onProgress();
      return session.probe(target, { timeoutMs, signal, attempt: 1, known: NOTHING_KNOWN, pay: () => false });
    },
  });
  const outcome = await run.result;
  if (outcome === "timeout") return false;
  return outcome.kind === "not-attempted" || !isNetworkFailure(outcome);
}
