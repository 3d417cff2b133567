import type { MaintenanceWindow } from "../core/maintenance.ts";

/** What the record of maintenance windows says; a window it does not tell rightly is left out, and said. Never throws. */
export function readWindows(
  text: string | undefined,
): { readonly windows: readonly MaintenanceWindow[]; readonly problem?: string } {
  if (text === undefined) return { windows: [] };
  const list = parse(text);
  if (!Array.isArray(list)) return { windows: [], problem: PROBLEM };
  const windows = list.filter(isWindow);
  return windows.length === list.length ? { windows } : { windows, problem: PROBLEM };
}

const PROBLEM = "Cannot parse the written maintenance windows: some are none; end them, and schedule them anew";

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWindow(value: unknown): value is MaintenanceWindow {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, fromMs, untilMs, reason }: Partial<Record<keyof MaintenanceWindow, unknown>> = value;
  return [id, name, reason].every((text) => typeof text === "string") &&
    [fromMs, untilMs].every((time) => Number.isFinite(time));
}
