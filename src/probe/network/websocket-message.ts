import { BODY_MAX_BYTES } from "../body-limit.ts";
import type { FirstMessage } from "../network.ts";
import type { ByteReader } from "./byte-reader.ts";

/**
 * Read frames until a message is whole, or the peer closes: https://www.rfc-editor.org/rfc/rfc6455#section-5
 *
 * Pings stay unanswered: nobody waits here for longer than a probe takes. Rejects when what comes is no frame of a server,
 * or the message is longer than {@link BODY_MAX_BYTES}.
 */
export async function readMessage(reader: ByteReader): Promise<FirstMessage> {
  let kind: "text" | "binary" | undefined;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let room = BODY_MAX_BYTES;
  for (;;) {
    const frame = await readFrame(reader, room);
    if (frame === undefined) return { kind: "closed", code: NO_CLOSE, reason: "" };
    const { opcode, isLast, payload } = frame;
    if (opcode === OPCODE.close) return closeOf(payload);
    if (opcode === OPCODE.ping || opcode === OPCODE.pong) continue;
    const begun = opcode === OPCODE.text ? "text" : opcode === OPCODE.binary ? "binary" : undefined;
    if (begun === undefined && opcode !== OPCODE.continuation) throw invalid(`opcode ${opcode}`);
    if ((kind === undefined) !== (begun !== undefined)) throw invalid("message in the wrong order");
    kind ??= begun;
    pieces.push(payload);
    room -= payload.length;
    if (isLast) return await messageOf(kind, new Blob(pieces));
  }
}

/** A close frame with status 1000, masked as a client must (§5.3). */
export function normalClose(): Uint8Array<ArrayBuffer> {
  const mask = crypto.getRandomValues(new Uint8Array(4));
  const [a = 0, b = 0, c = 0, d = 0] = mask;
  return Uint8Array.of(0x80 | OPCODE.close, 0x80 | 2, a, b, c, d, a ^ 0x03, b ^ 0xe8);
}

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

// §7.4.1, for closes that say no code: a close frame without one, and no close frame at all.
const NO_CODE = 1005;
const NO_CLOSE = 1006;

interface Frame {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** Undefined when the connection ends. */
async function readFrame(reader: ByteReader, maxBytes: number): Promise<Frame | undefined> {
  const head = await reader.take(2);
  if (head === undefined) return undefined;
  const [first = 0, second = 0] = head;
  if ((first & 0x70) !== 0) throw invalid("with reserved bits");
  if ((second & 0x80) !== 0) throw invalid("that is masked");
  const length = await readLength(reader, second & 0x7f);
  if (length === undefined) return undefined;
  if (length > maxBytes) throw new Error(`WebSocket message longer than ${BODY_MAX_BYTES} bytes`);
  const payload = await reader.take(length);
  return payload === undefined ? undefined : { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload };
}

async function readLength(reader: ByteReader, short: number): Promise<number | undefined> {
  if (short < 126) return short;
  const bytes = await reader.take(short === 126 ? 2 : 8);
  return bytes?.reduce((length, byte) => length * 256 + byte, 0);
}

function closeOf(payload: Uint8Array): FirstMessage {
  const [high, low] = payload;
  const code = high === undefined || low === undefined ? NO_CODE : high * 256 + low;
  return { kind: "closed", code, reason: new TextDecoder().decode(payload.subarray(2)) };
}

async function messageOf(kind: "text" | "binary" | undefined, whole: Blob): Promise<FirstMessage> {
  return kind === "text" ? { kind, text: await whole.text() } : { kind: "binary", bytes: await whole.bytes() };
}

function invalid(what: string): Error {
  return new Error(`invalid WebSocket frame ${what}`);
}
