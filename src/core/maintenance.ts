/** A stretch of time in which an upstream, or a group with all its members, is serviced and left out of verdicts. */
export interface MaintenanceWindow {
  /** Unique among all windows. */
  readonly id: string;
  /** An upstream or a group. */
  readonly name: string;
  /** Milliseconds since the Unix epoch; the window's first. */
  readonly fromMs: number;
  /** Milliseconds since the Unix epoch; the first that is no longer of the window. */
  readonly untilMs: number;
  /** For people, strangers too. */
  readonly reason: string;
}

/** Whether a window is in force. */
export function isActive({ fromMs, untilMs }: Pick<MaintenanceWindow, "fromMs" | "untilMs">, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < untilMs;
}

/** When, after `nowMs`, the next window begins or ends, in milliseconds since the Unix epoch; Infinity when none does. */
export function nextMaintenanceChangeMs(windows: readonly MaintenanceWindow[], nowMs: number): number {
  const edges = windows.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]).filter((edgeMs) => edgeMs > nowMs);
  return Math.min(Infinity, ...edges);
}

/** Of two windows over the same thing, the one that ends it: the later; of those that end together, the first by id. */
export function lasting(a: MaintenanceWindow, b: MaintenanceWindow): MaintenanceWindow {
  if (a.untilMs !== b.untilMs) return a.untilMs > b.untilMs ? a : b;
  return a.id <= b.id ? a : b;
}
