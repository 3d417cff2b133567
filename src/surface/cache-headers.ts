import type { TargetReport } from "../core/report.ts";

/** What the caching headers of an answer are worked out from, all by the report's clock. */
export interface Freshening {
  readonly nowMs: number;
  /** The oldest observation the answer rests on; undefined when there is none. */
  readonly checkedAtMs: number | undefined;
  readonly ttlMs: number;
  /** Whether the answer is good news that may be kept. */
  readonly isSettled: boolean;
  readonly isTrusted: boolean;
  readonly etag: string;
}

/**
 * `Age`, `Cache-Control` and `ETag` of an answer (RFC 9111).
 *
 * Only good news may be kept, and only while it is fresh: `max-age` less `Age` is what remains of the ttl. Everything
 * else must be asked for again, which the tag makes cheap. What a trusted caller sees stays out of shared caches.
 */
export function cacheHeaders(answer: Freshening): Record<string, string> {
  const ageSeconds = ageInSeconds(answer);
  const ttlSeconds = Math.floor(answer.ttlMs / 1_000);
  const scope = answer.isTrusted ? "private" : "public";
  const isKept = answer.isSettled && ageSeconds !== undefined && ageSeconds < ttlSeconds;
  const headers: Record<string, string> = {
    "cache-control": isKept ? `${scope}, max-age=${ttlSeconds}` : answer.isTrusted ? "private, no-cache" : "no-cache",
    // Detail depends on the token, so a shared cache must not hand a stranger's copy to its holder.
    vary: "Authorization",
    etag: answer.etag,
  };
  if (ageSeconds !== undefined) headers.age = String(ageSeconds);
  return headers;
}

/** Whole seconds until the next possible news, at least 1: what is left of the ttl. */
export function retryAfterSeconds({ nowMs, checkedAtMs, ttlMs }: Freshening): number {
  const remainingMs = checkedAtMs === undefined ? 0 : checkedAtMs + ttlMs - nowMs;
  return Math.max(1, Math.ceil(remainingMs / 1_000));
}

/** The oldest observation among targets, in milliseconds since the Unix epoch; undefined when none was made. */
export function oldestCheckedAtMs(targets: readonly TargetReport[]): number | undefined {
  let oldest: number | undefined;
  for (const { state } of targets) {
    if (state !== undefined && (oldest === undefined || state.checkedAtMs < oldest)) oldest = state.checkedAtMs;
  }
  return oldest;
}

/** Rounded up, so that a cache never keeps an answer longer than its ttl; a clock that runs behind gives 0. */
function ageInSeconds({ nowMs, checkedAtMs }: Freshening): number | undefined {
  return checkedAtMs === undefined ? undefined : Math.max(0, Math.ceil((nowMs - checkedAtMs) / 1_000));
}
