import type { MaintenanceWindow } from "./maintenance.ts";

/** The key of the record that holds the registry: JSON text of `{"upstreams": [...], "groups": {...}}`, exactly as applied. */
export const REGISTRY_KEY = "fleet/registry";

/** The key of the record that holds the maintenance windows: JSON text of a list of `MaintenanceWindow`. */
export const MAINTENANCE_KEY = "fleet/maintenance";

/** Read the record of maintenance windows. Undefined when it is none that this version can read. */
export function readWindows(text: string): readonly MaintenanceWindow[] | undefined {
  try {
    const windows: unknown = JSON.parse(text);
    return Array.isArray(windows) && windows.every(isWindow) ? windows : undefined;
  } catch {
    return undefined;
  }
}

function isWindow(value: unknown): value is MaintenanceWindow {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, fromMs, untilMs, reason }: Partial<Record<string, unknown>> = { ...value };
  const isText = [id, name, reason].every((text) => typeof text === "string");
  return isText && [fromMs, untilMs].every((ms) => typeof ms === "number" && Number.isFinite(ms));
}
