import type { ServiceStatus } from "./service-status.ts";

/**
 * Finds out whether something works: true is healthy, false unhealthy, undefined unknown. What it throws, and a value
 * that is none of these, is unhealthy.
 *
 * @param signal Aborts when the check's time is over; what comes after that is not read.
 */
export type CheckFunction = (signal: AbortSignal) => boolean | undefined | Promise<boolean | undefined>;

/** A function with times of its own. */
export interface TimedCheck {
  readonly run: CheckFunction;
  /**
   * How long a result is kept, good or bad, in milliseconds from its end; default 30 000. Older ones, and one exactly as
   * old, are asked for anew. 0 keeps none.
   */
  readonly ttlMs?: number;
  /** How long it may take, in milliseconds; default 10 000. It is unhealthy when it takes longer. */
  readonly timeoutMs?: number;
}

/** What a service's status depends on. The same one (`===`) in several places is one check, evaluated once for all. */
export type Check = CheckFunction | TimedCheck | ServiceStatus;

/**
 * Give a check the times it does not state.
 *
 * @throws {RangeError} For times that cannot be.
 */
export function timedCheck(check: CheckFunction | TimedCheck): Required<TimedCheck> {
  const { run, ttlMs = TTL_MS, timeoutMs = TIMEOUT_MS } = typeof check === "function" ? { run: check } : check;
  if (!(ttlMs >= 0)) throw new RangeError(`Cannot create a health check: ttlMs must be 0 or more, and is ${ttlMs}`);
  if (!(timeoutMs > 0)) {
    throw new RangeError(`Cannot create a health check: timeoutMs must be above 0, and is ${timeoutMs}`);
  }
  return { run, ttlMs, timeoutMs };
}

/** grpclib's `check_ttl` and `check_timeout`, which does not enforce the latter (grpclib/health/check.py). */
const TTL_MS = 30_000;
const TIMEOUT_MS = 10_000;
