/** gRPC-web framing: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */

/** One length-prefixed frame of a gRPC-web body. */
export interface Frame {
  readonly isTrailer: boolean;
  readonly isCompressed: boolean;
  readonly payload: Uint8Array;
}

/** What a trailer frame, or the headers of a trailers-only reply, say of the call. */
export interface GrpcStatus {
  /** 0 is OK; undefined when `grpc-status` is missing or no number. */
  readonly code: number | undefined;
  /** Percent-decoded `grpc-message`; `""` when there is none. */
  readonly message: string;
}

/** Put a payload behind its five-byte prefix; compressed is what `grpc-encoding` among the headers says. */
export function encodeFrame(payload: Uint8Array, kind: keyof typeof FLAGS = "message"): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(PREFIX_BYTES + payload.length);
  frame[0] = FLAGS[kind];
  new DataView(frame.buffer).setUint32(1, payload.length);
  frame.set(payload, PREFIX_BYTES);
  return frame;
}

/** Split a whole body into its frames; undefined when a frame is cut short or has an unknown flag. */
export function decodeFrames(body: Uint8Array): readonly Frame[] | undefined {
  const frames: Frame[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = 0;
  while (at < body.length) {
    if (at + PREFIX_BYTES > body.length) return undefined;
    const flags = view.getUint8(at);
    const end = at + PREFIX_BYTES + view.getUint32(at + 1);
    if (end > body.length || (flags & ~(TRAILER_FLAG | COMPRESSED_FLAG)) !== 0) return undefined;
    frames.push({
      isTrailer: (flags & TRAILER_FLAG) !== 0,
      isCompressed: (flags & COMPRESSED_FLAG) !== 0,
      payload: body.subarray(at + PREFIX_BYTES, end),
    });
    at = end;
  }
  return frames;
}

/** Encode the trailer block of a call that ended with `code`. */
export function encodeTrailer(code: number, message = ""): Uint8Array<ArrayBuffer> {
  const text = message === "" ? "" : `grpc-message: ${encodeURIComponent(message.toWellFormed())}\r\n`;
  return encodeFrame(new TextEncoder().encode(`grpc-status: ${code}\r\n${text}`), "trailer");
}

/**
 * Read `grpc-status` and `grpc-message` from a trailer block; names in any case, lines without a colon ignored. A field
 * given twice is joined with a comma, as in HTTP headers, so that two statuses are none. A block with a field that no
 * HTTP header could be has no status: who garbles one line may have garbled the others.
 */
export function decodeTrailer(payload: Uint8Array): GrpcStatus {
  const fields = new Map<string, string>();
  for (const line of new TextDecoder().decode(payload).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) return grpcStatus(undefined, undefined);
    const earlier = fields.get(name);
    fields.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return grpcStatus(fields.get("grpc-status"), fields.get("grpc-message"));
}

/** Read a call's status from the text of `grpc-status` and `grpc-message`, absent ones included. */
export function grpcStatus(code: string | null | undefined, message: string | null | undefined): GrpcStatus {
  return {
    code: /^(?:0|[1-9]\d{0,8})$/.test(code ?? "") ? Number(code) : undefined,
    message: percentDecode(message ?? ""),
  };
}

// RFC 9110 §5.1 and §5.5.
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const PREFIX_BYTES = 5;
const TRAILER_FLAG = 0x80;
const COMPRESSED_FLAG = 0x01;
const FLAGS = { message: 0, compressed: COMPRESSED_FLAG, trailer: TRAILER_FLAG } as const;

/** A message with broken escapes is still worth reading, so it is kept as it came. */
function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
