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
  /** Abandon a run under way; who waits for it waits no longer. */
  drop(): void;
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
  readonly ended: Promise<void>;
  expire(): void;
  drop(): void;
}

/** Create the evaluation of a check; nothing runs before somebody asks, and nothing is kept running between. */
export function createEvaluation(check: Required<TimedCheck>, options: EvaluationOptions): Evaluation {
  const { clock, onChange, onError } = options;
  let last: { readonly value: boolean | undefined; readonly endedAtMs: number } | undefined;
  let current: Run | undefined;

  function freshForMs(): number {
    if (last === undefined) return 0;
    const ageMs = clock.nowMs() - last.endedAtMs;
    // A result of the future is older than a clock that was set back: how old, nobody can tell.
    return ageMs < 0 ? 0 : Math.max(0, check.ttlMs - ageMs);
  }

  async function refresh(): Promise<void> {
    if (freshForMs() > 0) return;
    const joined = current ??= begin();
    // Each who waits keeps the time: on Workers a timer dies with the request that set it.
    const disarm = clock.after(timerMs(joined.endAtMs - clock.nowMs(), check.timeoutMs), joined.expire);
    await joined.ended;
    disarm();
  }

  function begin(): Run {
    const controller = new AbortController();
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));

    function take(value: boolean | undefined, failure?: { readonly error: unknown }): void {
      if (current !== run) return;
      current = undefined;
      const isNews = value !== last?.value;
      last = { value, endedAtMs: clock.nowMs() };
      end();
      if (isNews) onChange();
      if (failure !== undefined) onError(failure.error);
    }

    const run = {
      endAtMs: clock.nowMs() + check.timeoutMs,
      ended,
      expire() {
        if (current !== run) return;
        const error = new DOMException(`no result in ${check.timeoutMs} ms`, "TimeoutError");
        take(false, { error });
        controller.abort(error);
      },
      drop() {
        current = undefined;
        end();
        controller.abort();
      },
    };
    evaluate(check, controller.signal).then(take, (error) => take(false, { error }));
    return run;
  }

  return { value: () => last?.value, freshForMs, refresh, drop: () => current?.drop() };
}

/** In a microtask: what the function throws at once is then a rejection like any other, and one that asks itself hangs. */
async function evaluate({ run }: TimedCheck, signal: AbortSignal): Promise<boolean | undefined> {
  const value: unknown = await Promise.resolve(signal).then(run);
  if (typeof value === "boolean" || value === undefined) return value;
  throw new TypeError(`A health check gives true, false or undefined, and this one gave ${String(value)}`);
}

/** A clock that is set back must not prolong a run, and a timer set for longer than 31 bits of milliseconds fires at once. */
function timerMs(leftMs: number, mostMs: number): number {
  return Math.max(0, Math.min(leftMs, mostMs, 2_147_483_647));
}
