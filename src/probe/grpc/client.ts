import type { FailureKind } from "../../core/observation.ts";
import type { Upstream } from "../../core/registry.ts";
import type { Clock } from "../../ports.ts";
import type { Network } from "../network.ts";

/** Native gRPC calls over shared HTTP/2 connections, one an upstream. */
export interface GrpcClient {
  /** Make one unary call. Never rejects; a fault of the connection or the peer is a value. */
  unary(upstream: Upstream, call: UnaryCall): Promise<CallResult>;
  /** Drop every connection; calls under way end as faults. */
  close(): void;
}

/** One unary call. */
export interface UnaryCall {
  /** Such as `/grpc.health.v1.Health/Check`. */
  readonly path: string;
  /** Sent with it, names in lower case; pseudo-headers and those of the protocol are the client's. */
  readonly headers: Readonly<Record<string, string>>;
  /** Not framed. */
  readonly message: Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Use no connection that was opened before: it may be what is broken. The new one takes its place. */
  readonly isFresh: boolean;
}

/** How a call ended. */
export type CallResult = CallReply | CallFault;

/** The peer answered, in HTTP/2. */
export interface CallReply {
  readonly kind: "reply";
  readonly httpStatus: number;
  /** Names in lower case; a field sent twice is joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** What came after the body; the headers themselves when the reply ended with them. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** No answer came of it. */
export interface CallFault {
  readonly kind: "fault";
  readonly failure: FailureKind;
  readonly message: string;
}

/** What a client works with. */
export interface GrpcClientOptions {
  readonly dial: Network["dial"];
  readonly clock: Clock;
}

/** Create a client without connections; each is opened by the first call that needs it, and kept while it is used. */
export function createGrpcClient(_options: GrpcClientOptions): GrpcClient {
  return { unary: () => Promise.resolve({ kind: "fault", failure: "unavailable", message: "being written" }), close: () => {} };
}
