import { createFrameReader, encodeFrame, type Frame, type FrameToSend } from "../../../src/probe/grpc/frames.ts";
import { encodeHeaders } from "../../../src/probe/grpc/hpack-encode.ts";
import { encodeSettings, type Setting } from "../../../src/probe/grpc/payload.ts";
import { FLAG, FRAME_TYPE } from "../../../src/probe/grpc/protocol.ts";
import type { Network } from "../../../src/probe/network.ts";

/** A peer without a network, that says what a test has it say. */
export interface MemoryPeer {
  readonly dial: Network["dial"];
  /** Those dialled so far, in order. */
  readonly connections: readonly PeerConnection[];
}

/** The peer's end of one connection. */
export interface PeerConnection {
  /** Each write of the client's, as it came. */
  readonly writes: readonly Uint8Array[];
  /** The client closed it. */
  isClosed(): boolean;
  /** The frames that came after the preface, so far. */
  frames(): readonly Frame[];
  send(...bytes: readonly Uint8Array[]): void;
  /** End the connection, as a FIN does. */
  end(): void;
  /** Break it, as a RST does. */
  break(error: Error): void;
}

/** What a peer does with its connections. */
export interface MemoryPeerOptions {
  /** Called at each dial; its rejection is the dial's. */
  readonly onDial?: (signal: AbortSignal) => Promise<void>;
  /** The peer never reads. */
  readonly isDeaf?: boolean;
}

/** Create a peer that accepts, reads, and is silent. */
export function createMemoryPeer({ onDial, isDeaf }: MemoryPeerOptions = {}): MemoryPeer {
  const connections: PeerConnection[] = [];
  return {
    connections,
    async dial(_upstream, signal) {
      await onDial?.(signal);
      const writes: Uint8Array[] = [];
      let isClosed = false;
      const { readable, controller } = source();
      const deaf = new Promise<void>(() => {});
      const writable = new WritableStream<Uint8Array>({
        write(chunk) {
          writes.push(chunk);
          return isDeaf ? deaf : undefined;
        },
      });
      connections.push({
        writes,
        isClosed: () => isClosed,
        frames: () => framesOf(writes),
        send: (...pieces) => pieces.forEach((piece) => controller.enqueue(piece)),
        end: () => controller.close(),
        break: (error) => controller.error(error),
      });
      const close = () => {
        if (!isClosed) controller.error(new Error("closed by the client"));
        isClosed = true;
      };
      return { readable, writable, close };
    },
  };
}

function source() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const readable = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  if (controller === undefined) throw new Error("Cannot send: the stream gave no controller");
  return { readable, controller };
}

const PREFACE_BYTES = 24;

function framesOf(writes: readonly Uint8Array[]): readonly Frame[] {
  const bytes = join(...writes).subarray(PREFACE_BYTES);
  const reads = createFrameReader({ maxPayloadBytes: 16_384 }).read(bytes);
  return reads.map((read) => {
    if (read.kind !== "frame") throw new Error(`Cannot read a frame: ${read.kind}`);
    return read.frame;
  });
}

export function join(...pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** The peer's frames, as bytes. */
export const say = {
  frame: (frame: FrameToSend) => encodeFrame(frame),
  settings: (...settings: readonly Setting[]) =>
    encodeFrame({ type: FRAME_TYPE.SETTINGS, payload: encodeSettings(settings) }),
  headers: (streamId: number, fields: Readonly<Record<string, string>>, flags = 0) =>
    encodeFrame({
      type: FRAME_TYPE.HEADERS,
      flags: FLAG.END_HEADERS | flags,
      streamId,
      payload: encodeHeaders(Object.entries(fields)),
    }),
  data: (streamId: number, payload: Uint8Array, flags = 0) =>
    encodeFrame({ type: FRAME_TYPE.DATA, flags, streamId, payload }),
  reset: (streamId: number, code: number) =>
    encodeFrame({ type: FRAME_TYPE.RST_STREAM, streamId, payload: uint32(code) }),
  window: (streamId: number, increment: number) =>
    encodeFrame({ type: FRAME_TYPE.WINDOW_UPDATE, streamId, payload: uint32(increment) }),
  ping: (payload: Uint8Array) => encodeFrame({ type: FRAME_TYPE.PING, payload }),
  goaway: (lastStreamId: number, code: number) =>
    encodeFrame({ type: FRAME_TYPE.GOAWAY, payload: join(uint32(lastStreamId), uint32(code)) }),
} as const;

export const OK_HEAD = { ":status": "200", "content-type": "application/grpc" } as const;
export const OK_TRAILERS = { "grpc-status": "0" } as const;
export const SERVING = Uint8Array.of(0, 0, 0, 0, 2, 8, 1);

/** A whole good answer. */
export function answer(streamId: number): Uint8Array {
  return join(
    say.headers(streamId, OK_HEAD),
    say.data(streamId, SERVING),
    say.headers(streamId, OK_TRAILERS, FLAG.END_STREAM),
  );
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
