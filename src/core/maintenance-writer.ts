import type { MaintenanceWindow } from "./maintenance.ts";
import type { WriteResult } from "./write-result.ts";

/** Writes maintenance windows. As `RegistryWriter`, it rejects for nothing that others do wrong. */
export interface MaintenanceWriter {
  /** Windows in force and to come, by the time they begin. */
  list(): Promise<WriteResult<readonly MaintenanceWindow[]>>;
  schedule(asked: AskedWindow): Promise<WriteResult<MaintenanceWindow>>;
  /** End a window now, or call it off. */
  end(id: string): Promise<WriteResult<MaintenanceWindow>>;
}

/** A window as it is asked for; times are milliseconds since the Unix epoch. */
export interface AskedWindow {
  readonly name: string;
  /** Default: now. */
  readonly fromMs: number | undefined;
  readonly untilMs: number;
  readonly reason: string;
}
