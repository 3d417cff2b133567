/**
 * How long a store keeps a snapshot that nobody replaces, in milliseconds; ages are never computed from it.
 *
 * A day: longer than any state speaks (`expireMs`), and never shorter than what is left of a UTC day, for the count of
 * that day's writes lives in the snapshot and must not be forgotten before the day ends.
 */
export const RETENTION_MS = 86_400_000;
