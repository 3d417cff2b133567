import { createBlockJoiner } from "../../../src/probe/grpc/block-joiner.ts";
import { createFrameReader, type Frame } from "../../../src/probe/grpc/frames.ts";
import { createHpackDecoder } from "../../../src/probe/grpc/hpack.ts";
import { FLAG, FRAME_TYPE } from "../../../src/probe/grpc/protocol.ts";
import { type Exchange, type Follower, textOf } from "./exchange.ts";

/** What an HTTP/2 client begins with. */
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** Follow an HTTP/2 connection, of which the client's first bytes are the {@link PREFACE}. */
export function followHttp2(onExchange: (exchange: Exchange) => void): Follower {
  const asked = followSide(() => {});
  const answered = followSide(tell);
  let prefaceLeft = PREFACE.length;

  function tell(id: number): void {
    onExchange({ request: textOf(asked.streams.get(id) ?? []), answer: textOf(answered.streams.get(id) ?? []) });
    asked.streams.delete(id);
    answered.streams.delete(id);
  }

  return {
    fromClient(bytes) {
      const rest = bytes.subarray(prefaceLeft);
      prefaceLeft -= bytes.length - rest.length;
      asked.read(rest);
    },
    fromServer: answered.read,
    end: () => [...answered.streams.keys()].forEach(tell),
  };
}

/** Larger than any of a test. */
const MAX_BYTES = 1 << 24;

/** One direction of a connection: its streams' headers, as lines, and their bodies. Stream 0 is the connection itself. */
interface Side {
  readonly streams: Map<number, Uint8Array[]>;
  read(bytes: Uint8Array): void;
}

/** @param onEnd Nothing follows in this stream. */
function followSide(onEnd: (streamId: number) => void): Side {
  const frames = createFrameReader({ maxPayloadBytes: MAX_BYTES });
  const hpack = createHpackDecoder({ tableMaxBytes: 65_536, listMaxBytes: MAX_BYTES, fieldsMax: MAX_BYTES });
  const blocks = createBlockJoiner(MAX_BYTES);
  const streams = new Map<number, Uint8Array[]>();

  function add(streamId: number, bytes: Uint8Array, isEnd: boolean): void {
    const chunks = streams.get(streamId) ?? [];
    chunks.push(bytes);
    streams.set(streamId, chunks);
    if (isEnd) onEnd(streamId);
  }

  function take(frame: Frame): void {
    const { type, streamId, payload, flags } = frame;
    if (type !== FRAME_TYPE.HEADERS && type !== FRAME_TYPE.CONTINUATION) {
      // Of the others a GOAWAY has text of its own.
      return add(streamId, payload, type === FRAME_TYPE.DATA && (flags & FLAG.END_STREAM) !== 0);
    }
    const joined = blocks.add(frame);
    if (joined.kind !== "whole") return;
    const decoded = hpack.decode(joined.block);
    if (decoded.kind !== "fields") throw new Error(`Cannot follow HTTP/2: its headers are ${decoded.kind}`);
    const lines = decoded.fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    add(joined.streamId, new TextEncoder().encode(lines), joined.isEnd);
  }

  return {
    streams,
    read(bytes) {
      for (const read of frames.read(bytes)) if (read.kind === "frame") take(read.frame);
    },
  };
}
