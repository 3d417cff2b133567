/** Integers and strings as HPACK writes them, RFC 7541 §5. */
import { decodeHuffman } from "./huffman.ts";

/** Where a reader stands in a block. Reading moves it; after a failure it stands anywhere. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** Read an integer that begins in the low bits of a byte (§5.1); undefined when it is cut short or above 2^31-1. */
export function readInteger(cursor: Cursor, prefixBits: number): number | undefined {
  const prefixMax = 2 ** prefixBits - 1;
  let value = (cursor.bytes[cursor.at++] ?? 0) & prefixMax;
  if (value < prefixMax) return value;
  for (let shift = 0; shift <= LAST_SHIFT; shift += 7) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value > INTEGER_MAX ? undefined : value;
  }
  return undefined;
}

/** Read a string literal as Latin-1 text (§5.2); undefined when it is cut short or no Huffman code. */
export function readString(cursor: Cursor): string | undefined {
  const isHuffman = (cursor.bytes[cursor.at] ?? 0) >= HUFFMAN_FLAG;
  const length = readInteger(cursor, 7);
  if (length === undefined || cursor.at + length > cursor.bytes.length) return undefined;
  const literal = cursor.bytes.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  const text = isHuffman ? decodeHuffman(literal) : literal;
  return text && fromLatin1(text);
}

/** Write an integer into the low bits of a byte whose high bits are `pattern`, and on (§5.1). */
export function encodeInteger(value: number, prefixBits: number, pattern = 0): readonly number[] {
  const prefixMax = 2 ** prefixBits - 1;
  if (value < prefixMax) return [pattern | value];
  const bytes = [pattern | prefixMax];
  let rest = value - prefixMax;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** Write Latin-1 text as a plain string literal (§5.2). */
export function encodeString(text: string): readonly number[] {
  const bytes = [...encodeInteger(text.length, 7)];
  for (let at = 0; at < text.length; at++) bytes.push(text.charCodeAt(at));
  return bytes;
}

/** RFC 7541 §5.1 leaves the limits to us; five bytes after the prefix hold 31 bits and more. */
const INTEGER_MAX = 2 ** 31 - 1;
const LAST_SHIFT = 28;

const HUFFMAN_FLAG = 0x80;

/** Not by `TextDecoder`, whose `latin1` is windows-1252. */
function fromLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
