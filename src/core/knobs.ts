/** Everything about time, freshness and cost that an operator may turn; `docs/design.md` §4 tells the effect of each. */
export interface Knobs {
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly expireMs: number;
  /** Per probe, armed when it is dispatched; an upstream may set its own. */
  readonly probeTimeoutMs: number;
  /** Whole request, from arrival to answer. */
  readonly deadlineMs: number;
  /** Successes in a row needed after a failure-caused down. */
  readonly rise: number;
  /** Probes under way at once in one invocation. */
  readonly concurrency: number;
  /** Probes one invocation may make in all; `Infinity` where the platform sets no limit. */
  readonly probesPerInvocation: number;
  readonly kvWriteEveryMs: number;
  readonly kvWritesPerDay: number;
  /** A Watch stream ends with OK after this long. */
  readonly watchMaxMs: number;
  /** List answers RESOURCE_EXHAUSTED above this many names. */
  readonly listMax: number;
  /** HTTP status of a dry_run that found the fleet not serving. */
  readonly dryRunFailureStatus: 200 | 503;
}

/** Where the same code runs; limits differ, verdicts do not. */
export type Platform = "workers" | "deno";

const SHARED = {
  ttlMs: 15_000,
  staleMs: 30_000,
  expireMs: 600_000,
  probeTimeoutMs: 1_500,
  deadlineMs: 2_500,
  rise: 1,
  kvWriteEveryMs: 300_000,
  // The free plan allows 1 000 writes a day; a tenth is left for the operator's own.
  kvWritesPerDay: 900,
  // gRFC A90: a server lists at most a hundred names.
  listMax: 100,
  dryRunFailureStatus: 503,
} as const;

export const DEFAULT_KNOBS: Readonly<Record<Platform, Knobs>> = {
  workers: {
    ...SHARED,
    // Six connections may wait for headers at once in an invocation, KV's included; the seventh queues silently.
    // https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections
    concurrency: 5,
    // The free plan's 50 subrequests, less some for KV and the platform.
    probesPerInvocation: 45,
    watchMaxMs: 55_000,
  },
  deno: { ...SHARED, concurrency: 64, probesPerInvocation: Infinity, watchMaxMs: 3_600_000 },
};
