import type { MaintenanceWindow } from "../core/maintenance.ts";

/** What people read of something in maintenance: `in maintenance until 2026-11-21T18:00:00Z: new disks`; without a reason just until when. */
export function maintenanceText({ untilMs, reason }: Pick<MaintenanceWindow, "untilMs" | "reason">): string {
  const until = new Date(untilMs).toISOString().replace(/\.\d+Z$/, "Z");
  return `in maintenance until ${until}${reason === "" ? "" : `: ${reason}`}`;
}
