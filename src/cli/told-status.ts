import type { MessageShape } from "@bufbuild/protobuf";
import { timestampDate, type TimestampSchema } from "@bufbuild/protobuf/wkt";
import { HealthCheckResponse_ServingStatus } from "../gen/grpc/health/v1/health_pb.ts";
import type { Paint } from "./color.ts";
import { STATUS_COLORS } from "./fleet/fleet-view.ts";
import type { Cell } from "./table.ts";

/** A status as it is written, of its number on the wire. */
export function statusName(status: HealthCheckResponse_ServingStatus): string {
  return HealthCheckResponse_ServingStatus[status] ?? `status ${status}`;
}

/** The colour of a status by its name; undefined for what is none of ours. */
export function statusColor(name: string): Cell["color"] {
  return Object.entries(STATUS_COLORS).find(([status]) => status === name)?.[1];
}

/** A status in its colour. */
export function paintStatus(name: string, paint: Paint): string {
  const color = statusColor(name);
  return color === undefined ? name : paint(color, name);
}

/** A point in time as ISO 8601 has it, in UTC and whole seconds; `""` for none. */
export function sayTime(timestamp: MessageShape<typeof TimestampSchema> | undefined): string {
  return timestamp === undefined ? "" : timestampDate(timestamp).toISOString().replace(/\.\d+Z$/, "Z");
}
