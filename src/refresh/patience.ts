import type { TargetState } from "../core/snapshot.ts";

/** How long a target may be silent before it is asked again beside. */
export interface Patience {
  /** After its first probe, in milliseconds. */
  readonly firstMs: number;
  /** After each that follows, in milliseconds. */
  readonly nextMs: number;
}

/** A probe that is silent this long, in milliseconds, gets a sibling: a lost packet must not cost a whole timeout. */
const HEDGE_AFTER_MS = 200;

/** A target that answers slowly, as far as is known, is given more time for its first, in milliseconds; this at most. */
const HEDGE_AFTER_MAX_MS = 500;

/** Three siblings are sent within this long, in milliseconds, so that a hang is confirmed inside the answer. */
const SIBLINGS_WITHIN_MS = 750;

/** For the first probe twice the time that the target last took to answer, within limits; for the others what is left. */
export function patienceWith(prior: TargetState | undefined): Patience {
  const usualMs = prior?.observation.kind === "answered" ? prior.observation.latencyMs : 0;
  const firstMs = Math.min(HEDGE_AFTER_MAX_MS, Math.max(HEDGE_AFTER_MS, 2 * usualMs));
  return { firstMs, nextMs: Math.min(HEDGE_AFTER_MS, (SIBLINGS_WITHIN_MS - firstMs) / 2) };
}
