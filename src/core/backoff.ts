/** When to try again, as gRPC does: https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md */
export interface Backoff {
  /** How long after the start of the last attempt, in milliseconds, the next may begin; longer each time. */
  nextMs(): number;
  /** An attempt succeeded: begin anew. */
  reset(): void;
}

/** Create a backoff that was never asked; `random` is 0..1, uniform. */
export function createBackoff(random: () => number): Backoff {
  let baseMs = INITIAL_MS;
  return {
    nextMs() {
      const ms = baseMs * (1 + JITTER * (2 * random() - 1));
      baseMs = Math.min(baseMs * MULTIPLIER, MAX_MS);
      return ms;
    },
    reset() {
      baseMs = INITIAL_MS;
    },
  };
}

const INITIAL_MS = 1_000;
const MULTIPLIER = 1.6;
const JITTER = 0.2;
const MAX_MS = 120_000;
