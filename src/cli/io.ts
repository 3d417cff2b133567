import type { Clock } from "../ports.ts";
import type { Network } from "../probe/network.ts";

/** All that a command has of the world; the process makes one, and so does a test. */
export interface Io {
  /** The answer that was asked for. */
  readonly stdout: Output;
  /** Whatever else there is to say: errors, progress. */
  readonly stderr: Output;
  /** Where a person answers questions. */
  readonly stdin: Input;
  /** The environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** The way to servers; its `fetchFor` may be asked for any. */
  readonly network: Network;
  /** Aborts at Ctrl-C: the command ends what it does and gives its exit code. */
  readonly stop: AbortSignal;
}

/** Where text goes. */
export interface Output {
  /** Write text as it is; a line ends with its own line break. */
  write(text: string): void;
  /** A person reads it as it comes. */
  readonly isTerminal: boolean;
  /** Characters in a line; 80 where that is not known. */
  readonly columns: number;
}

/** Where text comes from. */
export interface Input {
  /** A person is there to be asked. */
  readonly isTerminal: boolean;
  /** The next line, without its line break; undefined when no whole line comes any more. */
  readLine(): Promise<string | undefined>;
}
