import type { Command } from "@commander-js/extra-typings";
import type { Io } from "./io.ts";

/** One command of the command line. */
export interface CliCommand {
  readonly name: string;
  /** One line in the list of commands, and the first of its own help. */
  readonly summary: string;
  /** Shown in its help, each as it would be typed and with what it is for; at least one. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** What each of its exit codes means, shown in its help. */
  readonly exitCodes: Readonly<Record<number, string>>;
  /** Exit code for unknown options, missing arguments and the like; default {@link USAGE_EXIT_CODE}. */
  readonly usageExitCode?: number;
  /** Brings arguments written in another tool's manner into ours. */
  readonly rewrite?: (args: readonly string[]) => readonly string[];
  /**
   * Declare its arguments and options, and its action, which hands `run` what it does.
   *
   * What it does gives the exit code; it may throw a `CliError`.
   */
  readonly define: (command: Command, run: Run) => unknown;
}

/** Does what was asked for. */
export type Run = (body: (io: Io) => Promise<number>) => Promise<void>;

/** As of most Unix tools. */
export const USAGE_EXIT_CODE = 2;
