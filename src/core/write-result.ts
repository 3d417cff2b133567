/** What came of a request to write; what a caller can do wrong is a value, never an exception. */
export type WriteResult<T> = { readonly kind: "done"; readonly value: T } | WriteRefusal;

/** Nothing was changed. */
export interface WriteRefusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** For whoever asked to write: it may show an address, never a header value or a secret. */
  readonly message: string;
}

/**
 * Why nothing was changed: what was written is `invalid`, names something that is `not_found` or `exists` already, or stands
 * against what else is there (`conflict`); others wrote first (`outrun`); or what keeps it does not answer (`unavailable`).
 */
export type RefusalReason = "invalid" | "not_found" | "exists" | "conflict" | "outrun" | "unavailable";

/** It was done. */
export function done<T>(value: T): WriteResult<T> {
  return { kind: "done", value };
}

/** It was not. */
export function refused(reason: RefusalReason, message: string): WriteRefusal {
  return { kind: "refused", reason, message };
}
