import { toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type MaintenanceWindow, MaintenanceWindowSchema } from "../../gen/rollcall/v1/maintenance_pb.ts";
import { createPaint } from "../color.ts";
import type { Io } from "../io.ts";
import { renderTable } from "../table.ts";
import { sayTime } from "../told-status.ts";

/** Windows as a person reads them. Each line ends with a line break. */
export function windowsView(windows: readonly MaintenanceWindow[], { stdout, env, clock }: Io): string {
  if (windows.length === 0) return "no maintenance now, and none planned\n";
  const rows = windows.map(({ id, name, from, until, reason }) => {
    const isInForce = from !== undefined && timestampMs(from) <= clock.nowMs();
    return [
      { text: id },
      { text: name },
      isInForce ? { text: "now", color: "yellow" as const } : { text: "planned" },
      { text: sayTime(from) },
      { text: sayTime(until) },
      { text: reason },
    ];
  });
  const table = renderTable(["ID", "NAME", "IN FORCE", "FROM", "UNTIL", "REASON"], rows, createPaint(stdout, { env }));
  return table.map((line) => `${line}\n`).join("");
}

/** Windows as a JSON document. */
export function windowsDocument(windows: readonly MaintenanceWindow[]): string {
  return `${JSON.stringify(windows.map((window) => toJson(MaintenanceWindowSchema, window)), null, 2)}\n`;
}
