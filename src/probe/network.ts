import type { Upstream } from "../core/registry.ts";

/** How a platform reaches upstreams. */
export interface Network {
  /**
   * `fetch` as it reaches this upstream: through its binding, with its certificates.
   *
   * @param options `isFresh`: by no connection that was opened before, where the platform lets us choose; it may be what is
   * broken. Default false.
   */
  fetchFor(upstream: Upstream, options?: { readonly isFresh: boolean }): typeof fetch;
  /**
   * Open a connection to the upstream's host and port, over TLS with ALPN `h2` where its URL says so.
   *
   * Rejects with the platform's own error, or with `signal`'s reason once it aborts; leaves nothing open then.
   */
  dial(upstream: Upstream, signal: AbortSignal): Promise<ByteStream>;
  /** TLS connections here have no ALPN: native gRPC over TLS leaves as gRPC-web, and the platform converts it. */
  readonly convertsGrpcWeb: boolean;
  /** A connection may outlive the refresh that opened it. */
  readonly keepsConnections: boolean;
  /** How long a connection may be without a call before it is closed, in milliseconds. */
  readonly idleMaxMs: number;
  /** Open a WebSocket, read what comes first, and close it. Rejects as `dial` does. */
  firstMessage(upstream: Upstream, request: WebSocketRequest): Promise<FirstMessage>;
}

/** A connection, as the streams of one. */
export interface ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Drop the connection at once, whatever is under way. Never throws, and may be called twice. */
  close(): void;
}

/** A WebSocket to open. */
export interface WebSocketRequest {
  /** `ws(s)://`. */
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/** What came first over a WebSocket. */
export type FirstMessage =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array }
  | { readonly kind: "closed"; readonly code: number; readonly reason: string }
  /** The server did not upgrade, but answered with this HTTP status. */
  | { readonly kind: "refused"; readonly httpStatus: number };
