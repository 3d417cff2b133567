/** What the place of an authority has under a key. A record that was removed leaves its version behind. */
export interface Slot {
  /** 0: nothing was ever written here. */
  readonly version: number;
  /** Whether a record is there now. */
  readonly isFilled: boolean;
}

/**
 * Decide a write.
 *
 * Versions go on where a removed record left off: were they to begin anew, a writer who saw the record before it was
 * removed could take a later one for it.
 *
 * @param value Undefined removes.
 * @param expected As `Authority.put` takes it.
 * @returns The version to write; the slot's own: there is nothing to remove, so write nothing; undefined: another writer
 *   came first.
 */
export function nextVersion(slot: Slot, value: string | undefined, expected: number | undefined): number | undefined {
  const isExpected = expected === undefined || expected === slot.version || (expected === 0 && !slot.isFilled);
  if (!isExpected) return undefined;
  return value === undefined && !slot.isFilled ? slot.version : slot.version + 1;
}

/**
 * Hold a write to what every place can keep.
 *
 * @throws {Error} When the key is longer than {@link KEY_MAX_BYTES} or holds half a surrogate pair, for places would keep
 *   it under another name; when the value is longer than {@link VALUE_MAX_BYTES}. Half a pair in a value is kept as U+FFFD.
 */
export function checkRecord(key: string, value: string | undefined): void {
  if (!key.isWellFormed()) refuse(key, "the key is no valid Unicode");
  checkSize(key, "its key", key, KEY_MAX_BYTES);
  if (value !== undefined) checkSize(key, "its value", value, VALUE_MAX_BYTES);
}

/** The longest key, in bytes of UTF-8: Deno KV takes 2 KiB, in which each NUL counts twice. */
const KEY_MAX_BYTES = 1_500;

/** The longest value, in bytes of UTF-8: a row of a Durable Object holds 2 MB, and a fleet of thousands is far below this. */
const VALUE_MAX_BYTES = 1024 * 1024;

function checkSize(key: string, part: string, text: string, maxBytes: number): void {
  const byteCount = new TextEncoder().encode(text).length;
  if (byteCount > maxBytes) refuse(key, `${part} has ${byteCount} bytes, more than ${maxBytes}`);
}

function refuse(key: string, state: string): never {
  throw new Error(`Cannot write record ${JSON.stringify(key.slice(0, 100))}: ${state}`);
}
