import type { Call, CallFault, CallResult, StreamCall } from "./call.ts";
import type { Outgoing } from "./outgoing.ts";
import { createReplyReader, type ReplyReader } from "./reply.ts";
import type { Request } from "./request.ts";

/** The calls of one connection: those under way, each on a stream, and those waiting for a place. */
export interface Streams {
  /** Queue a call. Never rejects. */
  add(request: Request, options: StreamOptions): Promise<CallEnd>;
  /** Let so many be under way at once, and send those that waited for it. */
  admit(count: number): void;
  /** The stream under way with this id. */
  get(id: number): Stream | undefined;
  /** A stream with this id was never opened by us. */
  isStrange(id: number): boolean;
  /** The connection breaks under the calls that wait, and those on streams above `lastId`; it admits no more. */
  lose(loss: Loss, lastId: number): void;
  isEmpty(): boolean;
  /** No id is left for a further stream. */
  isUsedUp(): boolean;
}

/** What a call's stream needs of it. */
export type StreamOptions = Pick<Call, "signal"> & Partial<Pick<StreamCall, "onBody">>;

/** How a call ended on its connection. */
export type CallEnd = CallResult | CallLost | { readonly kind: "aborted" };

/** The connection broke under the call. */
export interface CallLost {
  readonly kind: "lost";
  readonly loss: Loss;
  /** Nothing came of the answer. */
  readonly isUnanswered: boolean;
}

/** Why a connection is no more: what the peer did, or what the platform threw. */
export type Loss = CallFault | { readonly kind: "thrown"; readonly error: unknown };

/** A call under way. */
export interface Stream {
  readonly id: number;
  readonly reply: ReplyReader;
  /** End the call; what comes of its stream after that is not for anybody. */
  end(end: CallEnd): void;
  /** Received, and not yet given back to the peer's window. */
  owedBytes: number;
}

export interface StreamsOptions {
  readonly outgoing: Outgoing;
  /** A call has ended; `isCut` when the peer should hear that its stream is of no use any more. */
  readonly onEnd: (end: CallEnd, stream?: { readonly id: number; readonly isCut: boolean }) => void;
}

/** Create the calls of a connection that admits none yet. */
export function createStreams({ outgoing, onEnd }: StreamsOptions): Streams {
  const open = new Map<number, Stream>();
  const waiting = new Set<Waiting>();
  let nextId = 1;
  let admitted = 0;

  function admit(): void {
    for (const place of waiting) {
      if (open.size >= admitted) return;
      waiting.delete(place);
      place.start();
    }
  }

  function add(request: Request, { signal, onBody }: StreamOptions): Promise<CallEnd> {
    const { promise, resolve } = Promise.withResolvers<CallEnd>();
    let stream: Stream | undefined;
    const place: Waiting = {
      start() {
        stream = { id: nextId, reply: createReplyReader(onBody), end, owedBytes: 0 };
        nextId += 2;
        open.set(stream.id, stream);
        outgoing.begin(stream.id, request);
      },
      end,
    };
    const abort = () => end({ kind: "aborted" });
    function end(ended: CallEnd): void {
      signal.removeEventListener("abort", abort);
      waiting.delete(place);
      resolve(ended);
      if (stream === undefined || !open.delete(stream.id)) return onEnd(ended);
      const isUnsent = outgoing.end(stream.id);
      const isCut = ended.kind === "aborted" || ended.kind === "fault" || (isUnsent && ended.kind === "reply");
      admit();
      onEnd(ended, { id: stream.id, isCut });
    }
    signal.addEventListener("abort", abort, { once: true });
    waiting.add(place);
    if (signal.aborted) abort();
    else admit();
    return promise;
  }

  return {
    add,
    admit(count) {
      admitted = count;
      admit();
    },
    get: (id) => open.get(id),
    isStrange: (id) => id % 2 === 0 || id >= nextId,
    lose(loss, lastId) {
      admitted = 0;
      for (const { end } of waiting) end({ kind: "lost", loss, isUnanswered: true });
      for (const { id, end, reply } of open.values()) {
        if (id > lastId) end({ kind: "lost", loss, isUnanswered: !reply.hasBegun() });
      }
    },
    isEmpty: () => open.size === 0 && waiting.size === 0,
    isUsedUp: () => nextId > ID_MAX,
  };
}

interface Waiting {
  start(): void;
  end(end: CallEnd): void;
}

/** RFC 9113 §5.1.1. */
const ID_MAX = 2 ** 31 - 1;
