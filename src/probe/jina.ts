import type { HealthMethod } from "./health-method.ts";
import type { Verdict } from "./verdict.ts";
import type { Asking } from "./way.ts";

/** Ask a Jina upstream: a Flow for a dry run, an Executor for its own health. */
export function askJina(_asking: Asking, _method: HealthMethod): Promise<Verdict> {
  return Promise.resolve({ kind: "not-attempted", message: "being written" });
}
