import { isNetworkFailure } from "../core/observer.ts";
import { NOTHING_KNOWN } from "../core/known.ts";
import type { Target } from "../core/registry.ts";
import { type InquiryOptions, LANES } from "./inquiry.ts";

/**
 * Whether anything answers where the canary is: any answer at all shows that our own network carries. Without a probe left
 * to ask it by there is no reason to doubt, and it counts as alive. Rejects only when the prober breaks its promise.
 */
export async function askCanary(
  target: Target,
  { pool, session, budget, onProgress }: Pick<InquiryOptions, "pool" | "session" | "budget" | "onProgress">,
): Promise<boolean> {
  if (budget.left < 1) return true;
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
