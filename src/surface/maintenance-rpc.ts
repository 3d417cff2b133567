import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import type { MaintenanceWindow } from "../core/maintenance.ts";
import type { MaintenanceService } from "../gen/rollcall/v1/maintenance_pb.ts";
import type { SurfaceSettings } from "./settings.ts";
import { valueOf, writerOf } from "./written.ts";

/** `rollcall.v1.MaintenanceService` over the writer. Who may call it is judged before. */
export function createMaintenanceRpc({ maintenanceWriter }: SurfaceSettings): ServiceImpl<typeof MaintenanceService> {
  return {
    async listMaintenance() {
      return { windows: valueOf(await writerOf(maintenanceWriter).list()).map(windowMessage) };
    },
    async scheduleMaintenance({ name, from, until, reason }) {
      const writer = writerOf(maintenanceWriter);
      const untilMs = msOf(until);
      if (untilMs === undefined) throw new ConnectError("Cannot schedule: until is missing", Code.InvalidArgument);
      const asked = { name, fromMs: msOf(from), untilMs, reason };
      return { window: windowMessage(valueOf(await writer.schedule(asked))) };
    },
    async endMaintenance({ id }) {
      valueOf(await writerOf(maintenanceWriter).end(id));
      return {};
    },
  };
}

function windowMessage({ id, name, fromMs, untilMs, reason }: MaintenanceWindow) {
  return { id, name, from: timestampFromMs(fromMs), until: timestampFromMs(untilMs), reason };
}

function msOf(timestamp: Timestamp | undefined): number | undefined {
  return timestamp === undefined ? undefined : timestampMs(timestamp);
}
