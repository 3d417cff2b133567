/**
 * The messages of `grpc.health.v1` that probes and hot reads carry, coded by hand: a hot path must not touch a protobuf
 * library.
 */
import { encodeVarint, readFields } from "./protobuf.ts";
import { decodeUtf8 } from "./utf8.ts";

/** `HealthCheckResponse.ServingStatus` on the wire. Other numbers may arrive and are not errors. */
export const WIRE_STATUS = { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const;

/** The name of a status on the wire. */
export type WireStatus = keyof typeof WIRE_STATUS;

/** Name a status; a number that is none is UNKNOWN. */
export function wireStatusOf(status: number): WireStatus {
  return WIRE_NAMES[status] ?? "UNKNOWN";
}

const WIRE_NAMES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"] as const satisfies readonly WireStatus[];

/** Encode a `HealthCheckRequest`; the empty service is the empty message. */
export function encodeHealthCheckRequest(service: string): Uint8Array<ArrayBuffer> {
  if (service === "") return new Uint8Array();
  const text = new TextEncoder().encode(service);
  const length = encodeVarint(text.length);
  const message = new Uint8Array(1 + length.length + text.length);
  message[0] = SERVICE_TAG;
  message.set(length, 1);
  message.set(text, 1 + length.length);
  return message;
}

/** Decode a `HealthCheckRequest` to its service; undefined when the bytes are no such message. */
export function decodeHealthCheckRequest(message: Uint8Array): string | undefined {
  let service = "";
  const isWhole = readFields(message, (tag, value) => {
    if (tag !== SERVICE_TAG || typeof value === "number") return true;
    const text = decodeUtf8(value);
    if (text === undefined) return false;
    service = text;
    return true;
  });
  return isWhole ? service : undefined;
}

/** Encode a `HealthCheckResponse`; status 0 is the empty message. `status` is an integer of 0..127. */
export function encodeHealthCheckResponse(status: number): Uint8Array<ArrayBuffer> {
  return status === 0 ? new Uint8Array() : new Uint8Array([STATUS_TAG, status]);
}

/** Decode a `HealthCheckResponse` to its status number, a signed 32-bit integer; undefined when the bytes are no such message. */
export function decodeHealthCheckResponse(message: Uint8Array): number | undefined {
  let status = 0;
  const isWhole = readFields(message, (tag, value) => {
    if (tag === STATUS_TAG && typeof value === "number") status = value;
    return true;
  });
  return isWhole ? status : undefined;
}

/**
 * Decode a `HealthListResponse` to the status numbers by service name; undefined when the bytes are no such message. Of a
 * name given twice the last counts.
 */
export function decodeHealthListResponse(message: Uint8Array): ReadonlyMap<string, number> | undefined {
  const statuses = new Map<string, number>();
  const isWhole = readFields(message, (tag, entry) => {
    if (tag !== ENTRY_TAG || typeof entry === "number") return true;
    const read = decodeListEntry(entry);
    if (read !== undefined) statuses.set(read.name, read.status);
    return read !== undefined;
  });
  return isWhole ? statuses : undefined;
}

/** A map entry is a message of key and value, either of which may be absent: https://protobuf.dev/programming-guides/proto3/#backwards */
function decodeListEntry(entry: Uint8Array): { readonly name: string; readonly status: number } | undefined {
  let name: string | undefined = "";
  let status: number | undefined = 0;
  const isWhole = readFields(entry, (tag, value) => {
    if (typeof value === "number") return true;
    if (tag === KEY_TAG) name = decodeUtf8(value);
    if (tag === VALUE_TAG) status = decodeHealthCheckResponse(value);
    return name !== undefined && status !== undefined;
  });
  return isWhole ? { name, status } : undefined;
}

// Field 1, length-delimited: the map's entries, and an entry's key; field 2, length-delimited: an entry's value.
const ENTRY_TAG = 0x0a;
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;

// Field 1, length-delimited; field 1, varint.
const SERVICE_TAG = 0x0a;
const STATUS_TAG = 0x08;
