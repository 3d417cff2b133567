import type { AdminLog } from "../admin/log.ts";
import type { FleetLog } from "../fleet/source.ts";
import type { ToldLog } from "../probe/told.ts";
import type { RefreshFault, RefreshLog, WatchLog } from "../refresh/log.ts";

/** One entry of the operator's log, told by its `event`. None holds a secret; problems of a registry may show addresses. */
export type RollcallLog = RefreshLog | RefreshFault | WatchLog | FleetLog | AdminLog | ToldLog | RefusedLog;

/** A name leads to an address that must not be asked. */
export interface RefusedLog {
  readonly event: "upstream-refused";
  readonly upstream: string;
  readonly problem: string;
}
