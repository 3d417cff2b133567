import { startChild } from "../lab/child.ts";
import type { Case, CaseSize, Judged } from "./cases.ts";

/** A case, and what came of it. */
export interface CaseResult {
  readonly case: Case;
  readonly judged: readonly Judged[];
}

/** Run cases in as many processes as there are cores; results come in the order of the cases. */
export async function runAll(
  cases: readonly Case[],
  size: CaseSize,
  onDone: (done: number) => void,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const open = [...cases.entries()];
  let done = 0;

  async function work(): Promise<void> {
    await using child = startChild("bench/truth/case-process.ts");
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const [index, given] = next;
      child.write({ case: given, size });
      results[index] = { case: given, judged: await child.read() as Judged[] };
      onDone(++done);
    }
  }

  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, work));
  return results;
}
