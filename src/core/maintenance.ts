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
