import { createBlockJoiner } from "./block-joiner.ts";
import { createFrameReader, type Frame, type FrameRead } from "./frames.ts";
import { createHpackDecoder, type HeaderBlock } from "./hpack.ts";
import { decodeSettings, type Setting, unpad } from "./payload.ts";
import { FLAG, FRAME_TYPE } from "./protocol.ts";

/** What a frame, or several that belong together, came to say. */
export type PeerEvent =
  | { readonly kind: "headers"; readonly streamId: number; readonly block: HeaderBlock; readonly isEnd: boolean }
  /** `wireBytes` is what flow control counts: padding too. */
  | {
    readonly kind: "data";
    readonly streamId: number;
    readonly bytes: Uint8Array;
    readonly wireBytes: number;
    readonly isEnd: boolean;
  }
  | { readonly kind: "reset"; readonly streamId: number; readonly errorCode: number }
  | { readonly kind: "settings"; readonly settings: readonly Setting[] }
  | { readonly kind: "ping"; readonly payload: Uint8Array }
  | { readonly kind: "goaway"; readonly lastStreamId: number; readonly errorCode: number }
  | { readonly kind: "window"; readonly streamId: number; readonly increment: number }
  /** A frame that asks for nothing: an ack, a piece of a header block, a priority, a type unknown. */
  | { readonly kind: "nothing" }
  /** The peer is no HTTP/2 that we understand; nothing follows. `seen` says why. */
  | { readonly kind: "strange"; readonly seen: string };

/** The receiving end of a connection: bytes to events. */
export interface EventReader {
  /** Take the next bytes; never throws, and gives nothing any more once something was strange. */
  read(chunk: Uint8Array): readonly PeerEvent[];
  /** What is strange in a stream that ended here; undefined when nothing is. */
  end(): string | undefined;
}

/** Create a reader for one connection, RFC 9113 §4 to §6. */
export function createEventReader(): EventReader {
  const frames = createFrameReader({ maxPayloadBytes: FRAME_MAX_BYTES });
  const joiner = createBlockJoiner(HEADERS_MAX_BYTES);
  const hpack = createHpackDecoder({
    tableMaxBytes: TABLE_MAX_BYTES,
    listMaxBytes: HEADERS_MAX_BYTES,
    fieldsMax: HEADERS_MAX_FIELDS,
  });
  let beginning = "";
  let isFirst = true;
  let isOver = false;

  function eventOf(read: FrameRead): PeerEvent {
    if (read.kind === "http1") return strange(`it speaks ${http1(beginning)}`);
    const isSettings = read.kind === "frame" && read.frame.type === FRAME_TYPE.SETTINGS;
    if (isFirst && (!isSettings || (read.frame.flags & FLAG.ACK) !== 0)) return strange(noHttp2(beginning));
    isFirst = false;
    if (read.kind === "oversize") return strange(`frame of ${read.payloadBytes} bytes`);
    const { frame } = read;
    const isContinuation = frame.type === FRAME_TYPE.CONTINUATION;
    if (frame.type !== FRAME_TYPE.HEADERS && !isContinuation) {
      return joiner.isOpen() ? strange("frame within a header block") : READERS[frame.type]?.(frame) ?? NOTHING;
    }
    const joined = joiner.add(frame);
    if (joined.kind === "strange") return joined;
    return joined.kind === "open" ? NOTHING : headersEvent(joined);
  }

  function headersEvent(joined: { readonly streamId: number; readonly block: Uint8Array; readonly isEnd: boolean }) {
    const block = hpack.decode(joined.block);
    if (block.kind === "garbled") return strange("header block that is no HPACK");
    if (block.kind === "too-large") return strange("header block that is too large");
    return { kind: "headers", streamId: joined.streamId, isEnd: joined.isEnd, block } as const;
  }

  return {
    read(chunk) {
      if (isOver) return [];
      if (beginning.length < BEGINNING_BYTES) {
        beginning += latin1(chunk.subarray(0, BEGINNING_BYTES - beginning.length));
      }
      const events: PeerEvent[] = [];
      for (const read of frames.read(chunk)) {
        const event = eventOf(read);
        events.push(event);
        isOver = event.kind === "strange";
        if (isOver) break;
      }
      return events;
    },
    end: () => isFirst && !isOver && isTls(beginning) ? noHttp2(beginning) : undefined,
  };
}

/** What we take of each: the default of the protocol (RFC 9113 §6.5.2), and 0 where it is unbounded. */
const FRAME_MAX_BYTES = 16_384;
const TABLE_MAX_BYTES = 4_096;

/** Most of one header block, as SETTINGS_MAX_HEADER_LIST_SIZE counts it; `node:http` takes 16 KiB. */
export const HEADERS_MAX_BYTES = 32_768;
const HEADERS_MAX_FIELDS = 200;

/** Kept of the first bytes, to tell what else than HTTP/2 they are. */
const BEGINNING_BYTES = 16;

const NOTHING: PeerEvent = { kind: "nothing" };

function strange(seen: string): PeerEvent {
  return { kind: "strange", seen };
}

/** The frames that are read by themselves; RFC 9113 §6 says of each on which streams and how long it is. */
const READERS: Readonly<Record<number, (frame: Frame) => PeerEvent>> = {
  [FRAME_TYPE.DATA](frame) {
    const bytes = unpad(frame);
    if (bytes === undefined || frame.streamId === 0) return strange("malformed DATA");
    const isEnd = (frame.flags & FLAG.END_STREAM) !== 0;
    return { kind: "data", streamId: frame.streamId, bytes, wireBytes: frame.payload.length, isEnd };
  },
  [FRAME_TYPE.RST_STREAM]({ streamId, payload }) {
    if (streamId === 0 || payload.length !== 4) return strange("malformed RST_STREAM");
    return { kind: "reset", streamId, errorCode: uint32(payload, 0) };
  },
  [FRAME_TYPE.SETTINGS]({ streamId, flags, payload }) {
    const settings = decodeSettings(payload);
    const isAck = (flags & FLAG.ACK) !== 0;
    if (streamId !== 0 || settings === undefined || (isAck && settings.length > 0)) {
      return strange("malformed SETTINGS");
    }
    return isAck ? NOTHING : { kind: "settings", settings };
  },
  [FRAME_TYPE.PUSH_PROMISE]: () => strange("PUSH_PROMISE, which we refused"),
  [FRAME_TYPE.PING]({ streamId, flags, payload }) {
    if (streamId !== 0 || payload.length !== 8) return strange("malformed PING");
    return (flags & FLAG.ACK) !== 0 ? NOTHING : { kind: "ping", payload };
  },
  [FRAME_TYPE.GOAWAY]({ streamId, payload }) {
    if (streamId !== 0 || payload.length < 8) return strange("malformed GOAWAY");
    return { kind: "goaway", lastStreamId: uint31(payload, 0), errorCode: uint32(payload, 4) };
  },
  [FRAME_TYPE.WINDOW_UPDATE]({ streamId, payload }) {
    const increment = payload.length === 4 ? uint31(payload, 0) : 0;
    return increment === 0 ? strange("malformed WINDOW_UPDATE") : { kind: "window", streamId, increment };
  },
};

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

/** Without the reserved bit. */
function uint31(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at) & 0x7fffffff;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Such as `HTTP/1.1 (400)`; without the status where it has not come yet. */
function http1(beginning: string): string {
  const [version, status] = beginning.split(" ");
  return /^\d{3}$/.test(status ?? "") ? `${version} (${status})` : `${version}`;
}

function noHttp2(beginning: string): string {
  if (isTls(beginning)) return "it speaks TLS, and was asked in plaintext";
  return `it speaks no HTTP/2, but begins ${JSON.stringify(beginning)}`;
}

/** An alert or a handshake record of any version: what a TLS server says to a plaintext client. */
function isTls(beginning: string): boolean {
  const [type, major] = [beginning.charCodeAt(0), beginning.charCodeAt(1)];
  return (type === 0x15 || type === 0x16) && major === 0x03;
}
