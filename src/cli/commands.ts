import type { CliCommand } from "./command.ts";
import { ping } from "./ping.ts";

/** All commands, in the order of `rollcall --help`. */
export const COMMANDS: readonly CliCommand[] = [ping];
