import type { Fault } from "../../support/fault-server.ts";
import type { ServerCertificate } from "../../support/tls.ts";
import type { Column, ColumnName } from "./columns.ts";
import type { Platform } from "./settler.ts";

/** One fault, and what every protocol must make of it. */
export interface Row {
  readonly name: string;
  /** The columns in which this can happen; in the others the cell is `–`. */
  readonly in: readonly ColumnName[];
  readonly fault: (column: Column) => Misfortune;
  readonly expect: Expected;
  /** Columns that must make something else of it. */
  readonly but?: Partial<Readonly<Record<ColumnName, Expected>>>;
}

/** What is wrong with a column's upstream: what its server does, or why there is none to be reached. */
export type Misfortune =
  | Fault
  | "refused"
  | "no such name"
  | { readonly certificate: ServerCertificate }
  /** Asked over TLS, the server does this in plaintext. */
  | { readonly plaintext: Fault };

/**
 * What is believed of the upstream in the end, status and kind. Two where the platforms word the fault differently, Deno
 * first: in these the status must still be the same.
 */
export type Expected = string | readonly [onDeno: string, onWorkerd: string];

export const SERVING = "SERVING";
export const STATUS_UNKNOWN = "UNKNOWN status_unknown";
export const UNIMPLEMENTED = "UNKNOWN health_unimplemented";
export const DENIED = "UNKNOWN probe_denied";
export const OVERLOADED = "NOT_SERVING overloaded";
export const TIMEOUT = "NOT_SERVING timeout";
export const UNAVAILABLE = "NOT_SERVING unavailable";
export const DNS = "NOT_SERVING dns";
export const TLS = "NOT_SERVING tls";
export const RPC_ERROR = "NOT_SERVING rpc_error";
export const MISMATCH = "NOT_SERVING protocol_mismatch";

/** The probe was cut off at its deadline; nowhere else may it be. */
export const LATE = "NOT_SERVING timeout at its deadline";

/** workerd says of most faults below HTTP that its connection was lost, whatever it was. */
export const UNTOLD_BY_WORKERD = [MISMATCH, UNAVAILABLE] as const;

/** What a platform expects. */
export function expectedOn(platform: Platform, expected: Expected): string {
  if (typeof expected === "string") return expected;
  return platform === "Deno" ? expected[0] : expected[1];
}
