/** Just enough of the protobuf wire format to walk a message: https://protobuf.dev/programming-guides/encoding/ */

/**
 * Walk the fields of a message.
 *
 * @param visit Gets the tag, and a varint's low 32 bits as a signed number or the bytes of any other field (of a group,
 * all that is in it); returns false to refuse the field.
 * @returns False when a field is refused or malformed; never throws.
 */
export function readFields(message: Uint8Array, visit: (tag: number, value: number | Uint8Array) => boolean): boolean {
  let at = 0;
  while (at < message.length) {
    const tag = readTag(message, at);
    if (tag === undefined) return false;
    const field = readValue(message, tag, GROUP_DEPTH_MAX);
    if (field === undefined || !visit(tag.value, field.value)) return false;
    at = field.end;
  }
  return true;
}

/** Encode an integer of 0..2^31-1 as a varint. */
export function encodeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** Groups within groups, refused beyond this: every protobuf implementation stops at 100 levels, the message included. */
const GROUP_DEPTH_MAX = 99;

const WIRE_TYPE = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

interface Read<T> {
  readonly value: T;
  readonly end: number;
}

function readValue(message: Uint8Array, tag: Read<number>, depth: number): Read<number | Uint8Array> | undefined {
  switch (tag.value & 7) {
    case WIRE_TYPE.varint:
      return readVarint(message, tag.end);
    case WIRE_TYPE.fixed64:
      return readBytes(message, tag.end, 8);
    case WIRE_TYPE.fixed32:
      return readBytes(message, tag.end, 4);
    case WIRE_TYPE.bytes: {
      const length = readVarint(message, tag.end);
      return length === undefined ? undefined : readBytes(message, length.end, length.value >>> 0);
    }
    case WIRE_TYPE.groupStart:
      return readGroup(message, tag, depth);
    default:
      return undefined;
  }
}

/** Nobody writes groups any more, but a parser must be able to skip them. */
function readGroup(message: Uint8Array, start: Read<number>, depth: number): Read<Uint8Array> | undefined {
  if (depth <= 0) return undefined;
  let at = start.end;
  for (;;) {
    const tag = readTag(message, at);
    if (tag === undefined) return undefined;
    if ((tag.value & 7) === WIRE_TYPE.groupEnd) {
      return tag.value >>> 3 === start.value >>> 3
        ? { value: message.subarray(start.end, at), end: tag.end }
        : undefined;
    }
    const field = readValue(message, tag, depth - 1);
    if (field === undefined) return undefined;
    at = field.end;
  }
}

function readBytes(message: Uint8Array, at: number, length: number): Read<Uint8Array> | undefined {
  const end = at + length;
  return end > message.length ? undefined : { value: message.subarray(at, end), end };
}

/** A tag is an unsigned 32-bit varint: at most five bytes, four bits in the fifth; field 0 does not exist. */
function readTag(message: Uint8Array, at: number): Read<number> | undefined {
  const tag = readVarint(message, at);
  if (tag === undefined || tag.value >>> 3 === 0) return undefined;
  const length = tag.end - at;
  return length > 5 || (length === 5 && (message[at + 4] ?? 0) > 0x0f) ? undefined : tag;
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
