import type { FailureKind } from "../../core/observation.ts";

/** A call with one request message, and any number of messages in answer. */
export interface Call {
  /** Such as `/grpc.health.v1.Health/Check`; the path of the upstream's URL goes before it. */
  readonly path: string;
  /** Sent with it, names in lower case; pseudo-headers and those of the protocol are the client's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Not framed. */
  readonly message: Uint8Array;
  /** It is compressed, as `grpc-encoding` among the headers says. */
  readonly isCompressed?: true;
  /** Told to the peer; without it the call has no deadline but `signal`. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  /** Use no connection that was opened before: it may be what is broken. The new one takes its place. */
  readonly isFresh: boolean;
}

/** A call whose whole answer is read, up to `BODY_MAX_BYTES` of it. */
export interface UnaryCall extends Call {
  readonly timeoutMs: number;
}

/** A call whose answer is handed on as it comes, for as long as it comes. */
export interface StreamCall extends Call {
  /**
   * Gets the next bytes of the body, in any pieces, and the headers they came after: of a bare HTTP error, they are no messages.
   * Called in order, never after the call has ended; must not throw.
   */
  readonly onBody: (bytes: Uint8Array, head: ReplyHead) => void;
}

/** How a call ended. */
export type CallResult = CallReply | CallReset | CallFault;

/** How an answer begins. */
export interface ReplyHead {
  readonly httpStatus: number;
  /** Names in lower case; a field sent twice is joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The peer answered, in HTTP/2. */
export interface CallReply extends ReplyHead {
  readonly kind: "reply";
  /** Empty where `onBody` got it. */
  readonly body: Uint8Array;
  /** What came after the body; the headers themselves when the reply ended with them. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** The peer broke the call off, by RST_STREAM. */
export interface CallReset {
  readonly kind: "reset";
  /** The gRPC code that its error code stands for. */
  readonly code: number;
  readonly message: string;
}

/** No answer came of it. */
export interface CallFault {
  readonly kind: "fault";
  readonly failure: FailureKind;
  readonly message: string;
}

/** The peer answered, but not as HTTP/2 has it. `seen` says what came instead. */
export function strange(seen: string): CallFault {
  return { kind: "fault", failure: "protocol_mismatch", message: seen };
}
