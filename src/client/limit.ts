import type { Clock } from "../ports.ts";
import { RollcallError } from "./rollcall-error.ts";

/** Options that every call takes. */
export interface CallOptions {
  /** How long to wait, in milliseconds; default the client's own. */
  readonly timeoutMs?: number;
  /** Aborts the call. */
  readonly signal?: AbortSignal;
}

/** The bounds of one request: its time, and the signal of whoever makes it. */
export interface Limit {
  /** Aborts when either bound is met, and by `cancel`. */
  readonly signal: AbortSignal;
  /** Begin the time anew, with so many milliseconds. */
  renew(timeoutMs: number): void;
  /** What it means that the request failed with `cause`. */
  errorOf(cause: unknown): RollcallError;
  /** The answer is read to its end: no timer stays behind. */
  end(): void;
  /** Let go of what is left of the request, if it has not ended. */
  cancel(): void;
}

/** Begin one. */
export function createLimit({ timeoutMs, signal }: CallOptions & { readonly timeoutMs: number }, clock: Clock): Limit {
  const controller = new AbortController();
  let limitMs = timeoutMs;
  let isExpired = false;
  let hasEnded = false;
  let stop = () => {};
  const abort = () => controller.abort(signal?.reason);

  function renew(timeoutMs: number): void {
    stop();
    limitMs = timeoutMs;
    stop = clock.after(Math.min(timeoutMs, TIMER_MAX_MS), () => {
      isExpired = true;
      controller.abort();
    });
  }

  function end(): void {
    hasEnded = true;
    stop();
    signal?.removeEventListener("abort", abort);
  }

  renew(timeoutMs);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    renew,
    errorOf(cause) {
      if (cause instanceof RollcallError) return cause;
      if (signal?.aborted) return new RollcallError("canceled", "by the caller", { cause: signal.reason });
      if (isExpired) return new RollcallError("deadline_exceeded", `nothing heard in ${limitMs} ms`, { cause });
      return new RollcallError("unavailable", cause instanceof Error ? cause.message : String(cause), { cause });
    },
    end,
    cancel() {
      if (hasEnded) return;
      end();
      controller.abort();
    },
  };
}

/** A timer set for longer fires at once. */
const TIMER_MAX_MS = 2_147_483_647;
