import type { Clock } from "../../ports.ts";
import { type CallFault, type CallReply, strange } from "./call.ts";
import { createEventReader, HEADERS_MAX_BYTES, type PeerEvent } from "./events.ts";
import { encodeFrame } from "./frames.ts";
import { createOutgoing } from "./outgoing.ts";
import { createPatience } from "./patience.ts";
import { encodeSettings, type Setting } from "./payload.ts";
import { ERROR_CODE, FLAG, FRAME_TYPE, SETTING } from "./protocol.ts";
import type { Request } from "./request.ts";
import { errorName, resetResult } from "./reset.ts";
import { type CallEnd, createStreams, type Loss, type Stream, type StreamOptions } from "./streams.ts";

/** What is said on one connection: our side of RFC 9113, without the bytes' way in and out. */
export interface Conversation {
  /** The connection is up: {@link GREETING} is on its way, and calls may follow it. */
  begin(): void;
  run(request: Request, options: StreamOptions): Promise<CallEnd>;
  /** Take what the peer sent. Never throws. */
  receive(bytes: Uint8Array): void;
  /** What it means that the peer ended the connection here. */
  ended(): Loss;
  /** End every call. */
  lose(loss: Loss): void;
  isIdle(): boolean;
  isUsedUp(): boolean;
  hasServed(): boolean;
}

export interface ConversationOptions {
  readonly clock: Clock;
  readonly write: (bytes: Uint8Array) => void;
  /** Nothing more can be said. */
  readonly lose: (loss: Loss) => void;
  /** No call may follow those under way. */
  readonly retire: () => void;
  /** The last call has ended. */
  readonly onIdle: () => void;
}

/** The preface and our SETTINGS; what they leave out keeps its default, RFC 9113 §3.4 and §6.5.2. */
export const GREETING: Uint8Array = Uint8Array.of(
  ...new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  ...encodeFrame({
    type: FRAME_TYPE.SETTINGS,
    payload: encodeSettings([[SETTING.ENABLE_PUSH, 0], [SETTING.MAX_HEADER_LIST_SIZE, HEADERS_MAX_BYTES]]),
  }),
);

/** Begin a conversation in which nothing was said. */
export function createConversation({ clock, write, lose, retire, onIdle }: ConversationOptions): Conversation {
  const events = createEventReader();
  const patience = createPatience(clock);
  const outgoing = createOutgoing(write);
  const streams = createStreams({
    outgoing,
    onEnd(end, stream) {
      if (stream?.isCut) write(uint32Frame(FRAME_TYPE.RST_STREAM, stream.id, ERROR_CODE.CANCEL));
      // Perhaps it is the connection that hangs.
      if (end.kind === "aborted") retire();
      if (end.kind === "reply") hasServed = true;
      if (streams.isEmpty()) onIdle();
    },
  });
  const connection = { id: 0, owedBytes: 0 };
  let hasServed = false;
  let isSettled = false;
  let goaway = "";

  /** Do as the peer says. True when that brought a call further. */
  function obey(event: PeerEvent): boolean {
    switch (event.kind) {
      case "headers": {
        const stream = streamOf(event.streamId);
        if (stream === undefined) return false;
        const end = stream.reply.headers(event.block, event.isEnd);
        if (end?.kind === "reply" && !event.isEnd) {
          write(uint32Frame(FRAME_TYPE.RST_STREAM, stream.id, ERROR_CODE.CANCEL));
        }
        answer(stream, end);
        return stream.reply.hasBegun();
      }
      case "data": {
        giveBack(connection, event.wireBytes);
        const stream = streamOf(event.streamId);
        if (stream === undefined) return false;
        answer(stream, stream.reply.data(event));
        if (streams.get(event.streamId) !== undefined) giveBack(stream, event.wireBytes);
        return event.bytes.length > 0;
      }
      case "reset":
        streamOf(event.streamId)?.end(resetResult(event.errorCode));
        return false;
      case "settings":
        settle(event.settings);
        return false;
      case "ping":
        write(encodeFrame({ type: FRAME_TYPE.PING, flags: FLAG.ACK, payload: event.payload }));
        return false;
      case "goaway":
        leave(event.lastStreamId, event.errorCode);
        return false;
      case "window":
        if (event.streamId !== 0) streamOf(event.streamId);
        if (!outgoing.grow(event.streamId, event.increment)) lose(strange("window above its limit"));
        return false;
      case "strange":
        lose(strange(event.seen));
        return true;
      case "nothing":
        return false;
    }
  }

  /** A call that has ended already has no stream any more, and what still comes for it is dropped. */
  function streamOf(id: number): Stream | undefined {
    if (streams.isStrange(id)) lose(strange("frame on a stream that was never opened"));
    return streams.get(id);
  }

  function answer(stream: Stream, end: CallReply | CallFault | undefined): void {
    if (end !== undefined) stream.end(end);
  }

  /** Let the peer send as much again as it has sent, once it is worth a frame. */
  function giveBack(debt: { readonly id: number; owedBytes: number }, bytes: number): void {
    debt.owedBytes += bytes;
    if (debt.owedBytes < GIVE_BACK_BYTES) return;
    write(uint32Frame(FRAME_TYPE.WINDOW_UPDATE, debt.id, debt.owedBytes));
    debt.owedBytes = 0;
  }

  function settle(settings: readonly Setting[]): void {
    write(SETTINGS_ACK);
    const valueOf = (wanted: number) => settings.findLast(([id]) => id === wanted)?.[1];
    const window = valueOf(SETTING.INITIAL_WINDOW_SIZE);
    if (window !== undefined && !outgoing.setInitialWindow(window)) return lose(strange("window above its limit"));
    const count = valueOf(SETTING.MAX_CONCURRENT_STREAMS);
    if (count !== undefined || !isSettled) streams.admit(Math.min(count ?? STREAMS_MAX, STREAMS_MAX));
    isSettled = true;
  }

  function leave(lastStreamId: number, errorCode: number): void {
    const said = `GOAWAY ${errorName(errorCode)}`;
    goaway = ` after ${said}`;
    streams.lose(errorCode === ERROR_CODE.HTTP_1_1_REQUIRED ? strange(said) : unavailable(said), lastStreamId);
    retire();
  }

  return {
    // A server that wants one stream at a time says so in its SETTINGS, and would refuse a second that came before them.
    begin: () => streams.admit(1),
    run: (request, options) => streams.add(request, options),
    receive(bytes) {
      for (const event of events.read(bytes)) {
        if (obey(event)) patience.renew();
        else if (!patience.bear()) return lose(strange("flood of frames that bring no call further"));
      }
    },
    ended() {
      const seen = events.end();
      return seen === undefined ? unavailable(`the connection ended${goaway}`) : strange(seen);
    },
    lose: (loss) => streams.lose(loss, 0),
    isIdle: () => streams.isEmpty(),
    isUsedUp: () => streams.isUsedUp(),
    hasServed: () => hasServed,
  };
}

/** Our own limit, where the peer has none: the services of one upstream, and a Watch of each. */
const STREAMS_MAX = 200;

/** Half of the window that a peer has by default. */
const GIVE_BACK_BYTES = 32_768;

const SETTINGS_ACK = encodeFrame({ type: FRAME_TYPE.SETTINGS, flags: FLAG.ACK });

function unavailable(message: string): CallFault {
  return { kind: "fault", failure: "unavailable", message };
}

/** RST_STREAM with its error code, or WINDOW_UPDATE with its increment. */
function uint32Frame(type: number, streamId: number, value: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, value);
  return encodeFrame({ type, streamId, payload });
}
