import type { ListedState } from "./observation.ts";
import type { ServingStatus } from "./status.ts";
import type { WriteResult } from "./write-result.ts";

/**
 * Writes what upstreams of protocols `push` and `satellite` tell of themselves. As `RegistryWriter`, it rejects for nothing
 * that others do wrong.
 *
 * A name is that of a `push` upstream, or `<upstream>/<service>` of one. What a write has acknowledged is known to this
 * isolate's very next report; of several under way at once, the one that the authority took last holds.
 */
export interface StatusWriter {
  set(name: string, said: SaidStatus): Promise<WriteResult<ToldStatus>>;
  /** `value` is undefined where none was ever told. */
  get(name: string): Promise<WriteResult<ToldStatus | undefined>>;
  /** Let the status told last hold for another life; where none was ever told, tell SERVING. */
  heartbeat(name: string, lifeMs: number | undefined): Promise<WriteResult<ToldStatus>>;
  /** Tell all that the satellite of this name sees. */
  pushReport(name: string, said: SaidReport): Promise<WriteResult<ToldStatus>>;
}

/** A status as it is told. */
export interface SaidStatus {
  readonly status: ServingStatus;
  readonly message: string;
  /** How long it holds, in milliseconds; undefined: as its upstream is registered. */
  readonly lifeMs: number | undefined;
}

/** A report as a satellite tells it; times are milliseconds since the Unix epoch, by its own clock. */
export interface SaidReport {
  readonly status: ServingStatus;
  readonly names: ReadonlyMap<string, ListedState>;
  /** One that was made before the one that holds is dropped. */
  readonly madeAtMs: number;
  readonly lifeMs: number | undefined;
}

/** A status as it holds; once `untilMs` has come, it is UNKNOWN. Times are milliseconds since the Unix epoch. */
export interface ToldStatus {
  readonly status: ServingStatus;
  readonly message: string;
  readonly toldAtMs: number;
  readonly untilMs: number;
}

/** Most names of one satellite's report. */
export const REPORT_NAMES_MAX = 2_000;
