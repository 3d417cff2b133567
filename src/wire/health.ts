/**
 * The two messages of `grpc.health.v1` that every probe and every hot read carries, coded by hand: a hot path must not
 * touch a protobuf library. Wire format: https://protobuf.dev/programming-guides/encoding/
 */

/** `HealthCheckResponse.ServingStatus` on the wire. Other numbers may arrive and are not errors. */
export const WIRE_STATUS = { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const;

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

// Field 1, length-delimited; field 1, varint.
const SERVICE_TAG = 0x0a;
const STATUS_TAG = 0x08;

/** Walk the fields of a message; `visit` returns false to refuse one. False when a field is refused or malformed. */
function readFields(message: Uint8Array, visit: (tag: number, value: number | Uint8Array) => boolean): boolean {
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    if (tag === undefined || tag.value >>> 3 === 0) return false;
    const field = readValue(message, tag.end, tag.value & 7);
    if (field === undefined || !visit(tag.value, field.value)) return false;
    at = field.end;
  }
  return true;
}

interface Read<T> {
  readonly value: T;
  readonly end: number;
}

function readValue(message: Uint8Array, at: number, wireType: number): Read<number | Uint8Array> | undefined {
  if (wireType === 0) return readVarint(message, at);
  if (wireType === 1) return readBytes(message, at, 8);
  if (wireType === 5) return readBytes(message, at, 4);
  if (wireType !== 2) return undefined;
  const length = readVarint(message, at);
  return length === undefined ? undefined : readBytes(message, length.end, length.value >>> 0);
}

function readBytes(message: Uint8Array, at: number, length: number): Read<Uint8Array> | undefined {
  const end = at + length;
  return end > message.length ? undefined : { value: message.subarray(at, end), end };
}

/** Read a varint of at most ten bytes, keeping its low 32 bits, as a protobuf int32 or enum does. */
function readVarint(message: Uint8Array, at: number): Read<number> | undefined {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = message[at + index];
    if (byte === undefined) return undefined;
    if (index < 5) value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return undefined;
}

function encodeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
