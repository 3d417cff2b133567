import { check } from "./check.ts";
import type { CliCommand } from "./command.ts";
import { init } from "./init.ts";
import { ping } from "./ping.ts";
import { probe } from "./probe.ts";
import { smoke } from "./smoke.ts";
import { status } from "./status.ts";
import { validate } from "./validate.ts";
import { watch } from "./watch.ts";

/** All commands, in the order of `rollcall --help`. */
export const COMMANDS: readonly CliCommand[] = [ping, check, watch, status, probe, validate, init, smoke];
