import type { Clock } from "../../ports.ts";
import type { ByteStream } from "../network.ts";
import { createConversation, GREETING } from "./conversation.ts";
import type { Request } from "./request.ts";
import type { CallEnd, Loss, StreamOptions } from "./streams.ts";
import { createWriter, type Writer } from "./writer.ts";

/** One HTTP/2 connection, and the calls on it. */
export interface Connection {
  /** New calls may use it: it is not broken, going away, or under suspicion. */
  takesCalls(): boolean;
  /** A call was answered on it. */
  hasServed(): boolean;
  /** Make a call. Never rejects; ends at once when the call's signal aborts, and the connection takes no more calls then. */
  run(request: Request, options: StreamOptions): Promise<CallEnd>;
  /** Take no more calls, and close when the last has ended. */
  retire(): void;
  /** Drop it at once; calls under way are lost. */
  close(): void;
}

export interface ConnectionOptions {
  /** Opens the byte stream; rejects when the signal aborts. */
  readonly dial: (signal: AbortSignal) => Promise<ByteStream>;
  /** How long it may be without a call, in milliseconds. */
  readonly idleMaxMs: number;
  readonly clock: Clock;
}

/** Open a connection; calls may be made on it at once, and wait. It closes itself when it is not used for a while. */
export function openConnection({ dial, idleMaxMs, clock }: ConnectionOptions): Connection {
  const dialling = new AbortController();
  const conversation = createConversation({ clock, write: (bytes) => writer?.write(bytes), lose, onIdle, retire });
  let stream: ByteStream | undefined;
  let writer: Writer | undefined;
  let isRetired = false;
  let lost: Loss | undefined;
  let disarm = () => {};

  /** Never rejects, so that nobody has to wait for it. */
  async function live(): Promise<void> {
    try {
      stream = await dial(dialling.signal);
      if (lost !== undefined) return stream.close();
      writer = createWriter(stream.writable, (error) => lose({ kind: "thrown", error }));
      writer.write(GREETING);
      conversation.begin();
      const reader = stream.readable.getReader();
      for (let read = await reader.read(); !read.done && lost === undefined; read = await reader.read()) {
        conversation.receive(read.value);
      }
      lose(conversation.ended());
    } catch (error) {
      lose({ kind: "thrown", error });
    }
  }

  function lose(loss: Loss): void {
    if (lost !== undefined) return;
    lost = loss;
    disarm();
    // An abort costs an exception with its stack, so only who still dials is told.
    if (stream === undefined) dialling.abort();
    else stream.close();
    conversation.lose(loss);
  }

  function onIdle(): void {
    if (lost !== undefined) return;
    disarm();
    if (isRetired) close();
    else disarm = clock.after(idleMaxMs, close);
  }

  function retire(): void {
    isRetired = true;
    if (conversation.isIdle()) close();
  }

  function close(): void {
    lose({ kind: "fault", failure: "unavailable", message: "the connection was closed" });
  }

  void live();
  return {
    takesCalls: () => !isRetired && lost === undefined && !conversation.isUsedUp(),
    hasServed: () => conversation.hasServed(),
    run(request, options) {
      if (lost !== undefined) return Promise.resolve({ kind: "lost", loss: lost, isUnanswered: true });
      disarm();
      return conversation.run(request, options);
    },
    retire,
    close,
  };
}
