import { createFrameReader, type Frame } from "../../src/probe/grpc/frames.ts";
import { FLAG, FRAME_TYPE } from "../../src/probe/grpc/protocol.ts";

/** A whole request, as far as a fault may depend on it. */
export interface SeenRequest {
  /** Of HTTP/1, head and body, one character a byte; else `""`. */
  readonly text: string;
  /** Of HTTP/2, the stream to answer on; else 1. */
  readonly streamId: number;
}

/** Takes the next bytes of a connection, and gives the requests that are whole with them. */
export type RequestReader = (chunk: Uint8Array) => readonly SeenRequest[];

/** Sent by a server of HTTP/2 before anything else: its SETTINGS, none of them special. */
export const HTTP2_GREETING: Uint8Array = new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]);

/** The acknowledgement of a client's SETTINGS. */
export const HTTP2_ACK: Uint8Array = new Uint8Array([0, 0, 0, 4, 1, 0, 0, 0, 0]);

/** Read requests of HTTP/1 with a `content-length` or without a body. */
export function createHttp1Reader(): RequestReader {
  let text = "";
  return (chunk) => {
    text += Array.from(chunk, (byte) => String.fromCharCode(byte)).join("");
    const headEnd = text.indexOf("\r\n\r\n");
    if (headEnd < 0) return [];
    const bodyLength = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length < headEnd + 4 + bodyLength) return [];
    const request = { text, streamId: 1 };
    text = "";
    return [request];
  };
}

/** Notice requests of HTTP/2: one for each stream that the client has ended its side of. */
export function createHttp2Reader(): RequestReader {
  const { read } = createFrameReader({ maxPayloadBytes: 1 << 24 });
  let prefaceBytes = PREFACE_BYTES;
  return (chunk) => {
    const frames = read(chunk.subarray(prefaceBytes));
    prefaceBytes = Math.max(0, prefaceBytes - chunk.length);
    return frames.flatMap((found) => found.kind === "frame" && isEndOfStream(found.frame) ? [found.frame] : [])
      .map(({ streamId }) => ({ text: "", streamId }));
  };
}

/** `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, RFC 9113 §3.4. */
const PREFACE_BYTES = 24;

function isEndOfStream({ type, flags }: Frame): boolean {
  return (type === FRAME_TYPE.DATA || type === FRAME_TYPE.HEADERS) && (flags & FLAG.END_STREAM) !== 0;
}
