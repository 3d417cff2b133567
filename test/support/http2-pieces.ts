import { encodeFrame } from "../../src/probe/grpc/frames.ts";
import { FLAG, FRAME_TYPE } from "../../src/probe/grpc/protocol.ts";

/** What a server of HTTP/2 says, written by hand so that it may be wrong. */

type Bytes = Uint8Array<ArrayBuffer>;
type Fields = Readonly<Record<string, string>>;

/** A frame as it is on the wire. */
export function frame(
  type: keyof typeof FRAME_TYPE,
  payload: ArrayLike<number> = [],
  { flags = 0, streamId = 0 } = {},
): Bytes {
  return encodeFrame({ type: FRAME_TYPE[type], flags, streamId, payload: Uint8Array.from(payload) });
}

/** HEADERS with every field as a literal; by default whole, and not the end of the stream. */
export function headers(streamId: number, fields: Fields, flags: number = FLAG.END_HEADERS): Bytes {
  return frame("HEADERS", block(fields), { flags, streamId });
}

/** HEADERS that end the stream. */
export function trailers(streamId: number, fields: Fields): Bytes {
  return headers(streamId, fields, FLAG.END_HEADERS | FLAG.END_STREAM);
}

/** DATA in frames of the length that every client takes. */
export function data(streamId: number, body: Uint8Array, flags = 0): Bytes {
  const parts: Bytes[] = [];
  for (let at = 0; at < body.length || at === 0; at += FRAME_MAX_BYTES) {
    const isLast = at + FRAME_MAX_BYTES >= body.length;
    parts.push(frame("DATA", body.subarray(at, at + FRAME_MAX_BYTES), { flags: isLast ? flags : 0, streamId }));
  }
  return join(...parts);
}

/** A field block of literals that enter no table, RFC 7541 §6.2.2. */
export function block(fields: Fields): Bytes {
  return join(...Object.entries(fields).map(([name, value]) => join([0], string(name), string(value))));
}

/** A string without Huffman coding, RFC 7541 §5.2. */
export function string(text: string): Bytes {
  const bytes = new TextEncoder().encode(text);
  return join(prefixed(bytes.length), bytes);
}

/** Join byte sequences. */
export function join(...parts: readonly ArrayLike<number>[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The same bytes without end. */
export function* endless(bytes: Uint8Array): Iterable<Uint8Array> {
  const times = Math.max(1, Math.floor(65_536 / bytes.length));
  const piece = new Uint8Array(bytes.length * times);
  for (let index = 0; index < times; index++) piece.set(bytes, index * bytes.length);
  for (;;) yield piece;
}

const FRAME_MAX_BYTES = 16_384;

/** A length with a prefix of seven bits, RFC 7541 §5.1. */
function prefixed(length: number): number[] {
  if (length < 0x7f) return [length];
  const bytes = [0x7f];
  let rest = length - 0x7f;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
