import type { CliCommand } from "./command.ts";
import { ping } from "./ping.ts";
import { probe } from "./probe.ts";
import { status } from "./status.ts";
import { validate } from "./validate.ts";

/** All commands, in the order of `rollcall --help`. */
export const COMMANDS: readonly CliCommand[] = [ping, status, probe, validate];
