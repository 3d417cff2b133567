import { createPaint } from "../color.ts";
import type { Io } from "../io.ts";
import { singleLine } from "../table.ts";

/** Tell what a deployment thinks of a registry that it takes all the same, one line each. */
export function tellWarnings(warnings: readonly string[], { stderr, env }: Pick<Io, "stderr" | "env">): void {
  const paint = createPaint(stderr, { env });
  for (const warning of warnings) stderr.write(`${paint("yellow", "warning")}: ${singleLine(warning)}\n`);
}
