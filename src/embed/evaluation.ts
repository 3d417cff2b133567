import type { Clock } from "../ports.ts";
import type { TimedCheck } from "./check.ts";

/** The results of one check, shared by all who ask for them. */
export interface Evaluation {
  /** The last result, however old; undefined before the first. */
  value(): boolean | undefined;
  /** How long the last result is kept yet, in milliseconds; 0 when it is stale. */
  freshForMs(): number;
  /** Have a fresh result: the last one, that of a run under way, or that of a new run. Never rejects. */
  refresh(): Promise<void>;
  /** Run no more, and abandon a run under way; who waits for it waits no longer. */
  end(): void;
}

/** Who hears of results. */
export interface EvaluationOptions {
  readonly clock: Clock;
  /** Called after a result that differs from the one before it. */
  readonly onChange: () => void;
  /** Called after a run that threw, gave no value of a check, or took too long. */
  readonly onError: (error: unknown) => void;
}

interface Run {
  readonly endAtMs: number;
  /** Each is called once: with true when there is a result, with false when the run was abandoned. */
  readonly waiting: ((hasResult: boolean) => void)[];
  expire(): void;
  abandon(): void;
}

/** Create the evaluation of a check; nothing runs before somebody asks, and nothing is kept running between. */
export function createEvaluation(check: Required<TimedCheck>, options: EvaluationOptions): Evaluation {
  const { clock, onChange, onError } = options;
  let last: { readonly value: boolean | undefined; readonly endedAtMs: number } | undefined;
  let current: Run | undefined;
  let hasEnded = false;

  function freshForMs(): number {
    if (last === undefined) return 0;
    const ageMs = clock.nowMs() - last.endedAtMs;
    // A result of the future is older than a clock that was set back: how old, nobody can tell.
    return ageMs < 0 ? 0 : Math.max(0, check.ttlMs - ageMs);
  }

  async function refresh(): Promise<void> {
    while (!hasEnded && freshForMs() === 0) {
      const isOurs = current === undefined;
      const run = current ??= begin();
      // Its own promise for each who waits, for on Workers that of another request never resolves once that has died. Made
      // before any timer: Deno runs microtasks inside its first setTimeout (seen in `deno test`).
      const ended = new Promise<boolean>((resolve) => run.waiting.push(resolve));
      const leftMs = Math.min(run.endAtMs - clock.nowMs(), check.timeoutMs);
      // Who began it judges it in time. If nobody does it died with the request that began it.
      const disarm = isOurs ? after(leftMs, run.expire) : after(leftMs + DEAD_AFTER_MS, run.abandon);
      const hasResult = await ended;
      disarm();
      if (hasResult) return;
    }
  }

  function after(ms: number, wake: () => void): () => void {
    return clock.after(Math.max(0, Math.min(ms, TIMER_MAX_MS)), wake);
  }

  function begin(): Run {
    const controller = new AbortController();
    const waiting: Run["waiting"] = [];

    function end(hasResult: boolean): void {
      current = undefined;
      for (const wake of waiting) wake(hasResult);
    }

    function take(value: boolean | undefined, failure?: { readonly error: unknown }): void {
      if (current !== run) return;
      const isNews = value !== last?.value;
      last = { value, endedAtMs: clock.nowMs() };
      end(true);
      if (isNews) onChange();
      if (failure !== undefined) onError(failure.error);
    }

    const run = {
      endAtMs: clock.nowMs() + check.timeoutMs,
      waiting,
      expire() {
        if (current !== run) return;
        const error = new DOMException(`no result in ${check.timeoutMs} ms`, "TimeoutError");
        take(false, { error });
        controller.abort(error);
      },
      abandon() {
        if (current !== run) return;
        end(false);
        controller.abort();
      },
    };
    evaluate(check, controller.signal).then(take, (error) => take(false, { error }));
    return run;
  }

  return {
    value: () => last?.value,
    freshForMs,
    refresh,
    end() {
      hasEnded = true;
      current?.abandon();
    },
  };
}

/** How much later than its time a run is known to be judged by nobody, in milliseconds: timers of two requests are not ordered. */
const DEAD_AFTER_MS = 100;

/** A timer set for longer fires at once. */
const TIMER_MAX_MS = 2_147_483_647;

/** In a microtask: what the function throws at once is then a rejection like any other, and one that asks itself hangs. */
async function evaluate({ run }: TimedCheck, signal: AbortSignal): Promise<boolean | undefined> {
  const value: unknown = await Promise.resolve(signal).then(run);
  if (typeof value === "boolean" || value === undefined) return value;
  throw new TypeError(`A health check gives true, false or undefined, and this one gave ${String(value)}`);
}
