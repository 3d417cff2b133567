import { BODY_MAX_BYTES } from "../body-limit.ts";
import { type CallFault, type CallReply, type ReplyHead, strange, type StreamCall } from "./call.ts";
import type { PeerEvent } from "./events.ts";
import type { HeaderField } from "./header-field.ts";
import type { HeaderBlock } from "./hpack.ts";
import { join } from "./join.ts";

/** Reads one stream's answer: headers, body, trailers (RFC 9113 §8.1). */
export interface ReplyReader {
  /** @returns How the answer ended; undefined while it goes on. */
  headers(block: HeaderBlock, isEnd: boolean): CallReply | CallFault | undefined;
  /** @returns As `headers` does. */
  data(
    data: Pick<Extract<PeerEvent, { kind: "data" }>, "bytes" | "wireBytes" | "isEnd">,
  ): CallReply | CallFault | undefined;
  /** Headers came, more than informational ones. */
  hasBegun(): boolean;
}

/**
 * Create a reader for one answer.
 *
 * @param onBody Gets the body as it comes; without it the body is kept, up to `BODY_MAX_BYTES`.
 */
export function createReplyReader(onBody?: StreamCall["onBody"]): ReplyReader {
  let head: ReplyHead | undefined;
  const pieces: Uint8Array[] = [];
  let bodyBytes = 0;
  let readBytes = 0;

  function end(head: ReplyHead, trailers: CallReply["trailers"]): CallReply {
    return { kind: "reply", ...head, body: join(pieces, bodyBytes), trailers };
  }

  function keep(bytes: Uint8Array, wireBytes: number): void {
    pieces.push(bytes);
    bodyBytes += bytes.length;
    // Padding takes as long to read.
    readBytes += wireBytes;
  }

  function begin(fields: readonly HeaderField[], isEnd: boolean): CallReply | CallFault | undefined {
    const status = fields.find(([name]) => name === ":status")?.[1] ?? "";
    if (!/^[1-9]\d\d$/.test(status)) return strange("headers without a status");
    if (status.startsWith("1")) return isEnd ? strange("informational headers that end the stream") : undefined;
    const headers = mapOf(fields);
    head = { httpStatus: Number(status), headers };
    // A bare HTTP status says all; the page that follows it may hang.
    return isEnd || status !== "200" ? end(head, headers) : undefined;
  }

  return {
    headers(block, isEnd) {
      if (block.kind !== "fields") return strange("malformed header field");
      if (head === undefined) return begin(block.fields, isEnd);
      if (!isEnd) return strange("headers in the middle of the body");
      if (block.fields.some(([name]) => name.startsWith(":"))) return strange("pseudo-header in the trailers");
      return end(head, mapOf(block.fields));
    },
    data({ bytes, wireBytes, isEnd }) {
      if (head === undefined) return strange("DATA before the headers");
      if (onBody === undefined) keep(bytes, wireBytes);
      else onBody(bytes, head);
      if (readBytes > BODY_MAX_BYTES) return strange(`answer longer than ${BODY_MAX_BYTES} bytes`);
      return isEnd ? end(head, NO_TRAILERS) : undefined;
    },
    hasBegun: () => head !== undefined,
  };
}

const NO_TRAILERS: CallReply["trailers"] = new Map();

function mapOf(fields: readonly HeaderField[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of fields) {
    const earlier = map.get(name);
    map.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return map;
}
