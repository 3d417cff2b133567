/** Ends a command with one line on stderr, `error: <problem>; <fix>`. */
export class CliError extends Error {
  override readonly name = "CliError";
  /** Undefined: the one for a wrong use of the command. */
  readonly exitCode: number | undefined;

  /** @param fix What to do about it; `""` where the problem says all. */
  constructor(problem: string, fix: string, exitCode?: number) {
    super(fix === "" ? problem : `${problem}; ${fix}`);
    this.exitCode = exitCode;
  }
}
