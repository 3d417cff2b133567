import { apply } from "./apply.ts";
import { check } from "./check.ts";
import type { CliCommand } from "./command.ts";
import { deregister } from "./deregister.ts";
import { heartbeat } from "./heartbeat.ts";
import { init } from "./init.ts";
import { maintenance } from "./maintenance.ts";
import { ping } from "./ping.ts";
import { probe } from "./probe.ts";
import { register } from "./register.ts";
import { registry } from "./registry.ts";
import { set } from "./set.ts";
import { smoke } from "./smoke.ts";
import { status } from "./status.ts";
import { validate } from "./validate.ts";
import { watch } from "./watch.ts";

/** All commands, in the order of `rollcall --help`. */
export const COMMANDS: readonly CliCommand[] = [
  ping,
  check,
  watch,
  status,
  probe,
  validate,
  init,
  smoke,
  apply,
  registry,
  register,
  deregister,
  maintenance,
  set,
  heartbeat,
];
