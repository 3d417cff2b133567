import { encodeHealthCheckResponse } from "./health.ts";
import { encodeVarint } from "./protobuf.ts";

/** Encode a `HealthListResponse`: status numbers, integers of 0..127, by service name. */
export function encodeHealthListResponse(statuses: ReadonlyMap<string, number>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...statuses].flatMap(([name, status]) => {
    const key = field(KEY_TAG, new TextEncoder().encode(name));
    return field(ENTRY_TAG, [...key, ...field(VALUE_TAG, encodeHealthCheckResponse(status))]);
  }));
}

function field(tag: number, bytes: ArrayLike<number> & Iterable<number>): number[] {
  return [tag, ...encodeVarint(bytes.length), ...bytes];
}

// Field 1, length-delimited: the map's entries, and an entry's key; field 2, length-delimited: an entry's value.
const ENTRY_TAG = 0x0a;
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;
