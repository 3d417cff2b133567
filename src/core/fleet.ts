import type { MaintenanceWindow } from "./maintenance.ts";
import type { Registry } from "./registry.ts";

/** What is watched: what the operator deployed, and what was written since. Another object whenever any of it changed. */
export interface Fleet {
  readonly registry: Registry;
  /** Windows in force and to come. */
  readonly maintenance: readonly MaintenanceWindow[];
  /** The registry did not parse, or what was written cannot be read: nothing is probed and every verdict is UNKNOWN. */
  readonly isRegistryInvalid: boolean;
  /** What readers are told of the fleet itself, in words fit for strangers. */
  readonly problems: readonly string[];
}
