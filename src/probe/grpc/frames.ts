/** HTTP/2 framing, RFC 9113 §4: bytes in any pieces to frames, and frames to bytes. */

/** One frame as it was on the wire, padding included. */
export interface Frame {
  /** One of `FRAME_TYPE`, or any other number of 0..255. */
  readonly type: number;
  readonly flags: number;
  /** 0 is the connection; the reserved bit is dropped, as §4.1 asks. */
  readonly streamId: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** What a reader found. After anything but a frame it has given up: nothing behind it can be told apart. */
export type FrameRead =
  | { readonly kind: "frame"; readonly frame: Frame }
  /** A frame longer than agreed: FRAME_SIZE_ERROR (§4.2). */
  | { readonly kind: "oversize"; readonly type: number; readonly payloadBytes: number }
  /** The very first bytes are an HTTP/1 status line: the peer does not speak HTTP/2. */
  | { readonly kind: "http1" };

export interface FrameReader {
  /**
   * Take the next bytes of the stream.
   *
   * @returns The frames these bytes complete, in order; their payloads are copies, so `chunk` may be used again. Empty for ever
   * once something else than a frame was returned.
   */
  read(chunk: Uint8Array): readonly FrameRead[];
}

export interface FrameReaderOptions {
  /** Our SETTINGS_MAX_FRAME_SIZE: 16384, unless another was announced. */
  readonly maxPayloadBytes: number;
}

/**
 * Cut a byte stream into frames, whatever pieces it comes in. Holds one unfinished frame at most, so never more than
 * `maxPayloadBytes` and nine bytes; works in time linear in the bytes read; never throws.
 */
export function createFrameReader({ maxPayloadBytes }: FrameReaderOptions): FrameReader {
  const header = new Uint8Array(HEADER_BYTES);
  /** What is being filled: the header, then its payload. */
  let wanted = header;
  let filled = 0;
  let isFirst = true;
  let hasGivenUp = false;

  function refuse(payloadBytes: number): FrameRead | undefined {
    if (isFirst && HTTP1.every((byte, index) => header[index] === byte)) return { kind: "http1" };
    return payloadBytes > maxPayloadBytes ? { kind: "oversize", type: header[3] ?? 0, payloadBytes } : undefined;
  }

  /** Go on from a filled header to its payload, or from a filled payload to the next header. */
  function advance(): FrameRead | undefined {
    if (wanted === header) {
      const payloadBytes = readUint(header, 0, 3);
      const refusal = refuse(payloadBytes);
      hasGivenUp = refusal !== undefined;
      if (refusal !== undefined) return refusal;
      isFirst = false;
      wanted = new Uint8Array(payloadBytes);
      filled = 0;
      if (payloadBytes > 0) return undefined;
    }
    const [, , , type = 0, flags = 0] = header;
    const frame = { type, flags, streamId: readUint(header, 5, 4) & MAX_STREAM_ID, payload: wanted };
    wanted = header;
    filled = 0;
    return { kind: "frame", frame };
  }

  return {
    read(chunk) {
      const reads: FrameRead[] = [];
      for (let at = 0; at < chunk.length && !hasGivenUp;) {
        const part = chunk.subarray(at, at + wanted.length - filled);
        wanted.set(part, filled);
        filled += part.length;
        at += part.length;
        const read = filled === wanted.length ? advance() : undefined;
        if (read !== undefined) reads.push(read);
      }
      return reads;
    },
  };
}

/** A frame to be sent; what is left out is 0 or empty. */
export type FrameToSend = Pick<Frame, "type"> & Partial<Omit<Frame, "payload">> & { readonly payload?: Uint8Array };

/** Put a payload of less than 2^24 bytes behind its nine-byte header (§4.1). */
export function encodeFrame(
  { type, flags = 0, streamId = 0, payload = new Uint8Array() }: FrameToSend,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(frame.buffer);
  // The length has 24 bits, so that its word's last byte is the type.
  view.setUint32(0, payload.length * 0x100 + type);
  view.setUint8(4, flags);
  view.setUint32(5, streamId);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

const HEADER_BYTES = 9;
const MAX_STREAM_ID = 0x7fffffff;

/** The unsigned big-endian integer of `length` bytes at `at`; bits above 32 are not for it. */
function readUint(bytes: Uint8Array, at: number, length: number): number {
  return bytes.subarray(at, at + length).reduce((value, byte) => value * 0x100 + byte, 0);
}

/** `HTTP/1.`, which would read as a frame of 4.7 MB. */
const HTTP1 = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e];
