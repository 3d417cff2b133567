import { encodeFrame } from "./frames.ts";
import { FLAG, FRAME_TYPE } from "./protocol.ts";
import type { Request } from "./request.ts";

/** Sends requests as fast as the peer's windows allow, RFC 9113 §5.2 and §6.9. */
export interface Outgoing {
  /** Send a request on a new stream: its headers, and of its body what the windows allow. */
  begin(streamId: number, request: Request): void;
  /** Forget a stream; true when its request is not out as a whole. */
  end(streamId: number): boolean;
  /** Let more out: on one stream, or on all for 0. False when that is more than a window may be. */
  grow(streamId: number, bytes: number): boolean;
  /** What each stream may send at first, those begun already included. False as for `grow`. */
  setInitialWindow(bytes: number): boolean;
}

/** Create the sending half of a connection's flow control. */
export function createOutgoing(write: (bytes: Uint8Array) => void): Outgoing {
  const streams = new Map<number, Body>();
  let initialWindow = DEFAULT_WINDOW;
  let connectionWindow = DEFAULT_WINDOW;

  function flush(): void {
    for (const [streamId, body] of streams) {
      while (body.unsent.length > 0) {
        const length = Math.min(body.unsent.length, body.window, connectionWindow, FRAME_MAX_BYTES);
        if (length <= 0) break;
        const payload = body.unsent.subarray(0, length);
        body.unsent = body.unsent.subarray(length);
        body.window -= length;
        connectionWindow -= length;
        const flags = body.unsent.length === 0 ? FLAG.END_STREAM : 0;
        write(encodeFrame({ type: FRAME_TYPE.DATA, flags, streamId, payload }));
      }
    }
  }

  return {
    begin(streamId, { block, body }) {
      writeHeaders(write, streamId, block);
      streams.set(streamId, { unsent: body, window: initialWindow });
      flush();
    },
    end(streamId) {
      const isCut = (streams.get(streamId)?.unsent.length ?? 0) > 0;
      streams.delete(streamId);
      return isCut;
    },
    grow(streamId, bytes) {
      const body = streams.get(streamId);
      if (streamId === 0) connectionWindow += bytes;
      else if (body !== undefined) body.window += bytes;
      flush();
      return connectionWindow <= WINDOW_MAX && (body?.window ?? 0) <= WINDOW_MAX;
    },
    setInitialWindow(bytes) {
      for (const body of streams.values()) body.window += bytes - initialWindow;
      initialWindow = bytes;
      flush();
      return bytes <= WINDOW_MAX && [...streams.values()].every(({ window }) => window <= WINDOW_MAX);
    },
  };
}

interface Body {
  unsent: Uint8Array;
  /** Below zero after the peer has made its windows smaller. */
  window: number;
}

/** RFC 9113 §6.9.2 and §6.9.1. */
const DEFAULT_WINDOW = 65_535;
const WINDOW_MAX = 2 ** 31 - 1;

/** Every peer takes frames of this length, §4.2. */
const FRAME_MAX_BYTES = 16_384;

/** Send a field block, in CONTINUATIONs where it is long. */
function writeHeaders(write: (bytes: Uint8Array) => void, streamId: number, block: Uint8Array): void {
  for (let at = 0; at === 0 || at < block.length; at += FRAME_MAX_BYTES) {
    const payload = block.subarray(at, at + FRAME_MAX_BYTES);
    const flags = at + FRAME_MAX_BYTES >= block.length ? FLAG.END_HEADERS : 0;
    write(encodeFrame({ type: at === 0 ? FRAME_TYPE.HEADERS : FRAME_TYPE.CONTINUATION, flags, streamId, payload }));
  }
}
