import type { Clock } from "../ports.ts";
import { type Check, timedCheck } from "./check.ts";
import { createEvaluation, type Evaluation } from "./evaluation.ts";

/** Where the value of a check comes from: results, or what it was set to. */
export interface Source {
  value(): boolean | undefined;
  /** Absent where there is nothing to evaluate. */
  readonly evaluation?: Evaluation;
  /** Hear of it no more, and abandon what is under way. */
  end(): void;
}

/** Who hears of a source. */
export interface SourceOptions {
  readonly clock: Clock;
  readonly onChange: () => void;
  readonly onError: (error: unknown, check: Check) => void;
}

/** Create the one source of a check. */
export function createSource(check: Check, { clock, onChange, onError }: SourceOptions): Source {
  if ("subscribe" in check) return { value: check.get, end: check.subscribe(onChange) };
  const report = (error: unknown) => {
    try {
      onError(error, check);
    } catch (thrown) {
      // Nobody's call would hear of it, and it must not end the process.
      printError(thrown);
    }
  };
  const evaluation = createEvaluation(timedCheck(check), { clock, onChange, onError: report });
  return { value: evaluation.value, evaluation, end: evaluation.end };
}

/** Print why a check is unhealthy; grpclib logs the same. */
export function printError(error: unknown): void {
  console.error("Health check failed:", error);
}
