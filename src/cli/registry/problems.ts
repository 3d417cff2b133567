import { USAGE_EXIT_CODE } from "../command.ts";
import type { Io } from "../io.ts";

/** Tell what is wrong with a registry, all at once, one line each. Gives the exit code. */
export function tellProblems(problems: readonly string[], path: string, { stderr }: Pick<Io, "stderr">): number {
  for (const problem of problems) stderr.write(`error: ${problem}\n`);
  stderr.write(`${path}: ${problems.length} ${problems.length === 1 ? "error" : "errors"}\n`);
  return USAGE_EXIT_CODE;
}
