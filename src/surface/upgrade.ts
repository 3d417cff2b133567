/**
 * Open the WebSocket a request asks for, say one thing, and close it: what a platform lends.
 *
 * @param subprotocol The one that is chosen of those offered; undefined for none.
 * @param say Makes what is said, once, before the socket is opened or after. Never rejects.
 * @returns The answer to give to the request, as it is; undefined when the request's handshake is not whole. Never throws,
 * and nobody need look after the socket.
 */
export type Upgrade = (
  request: Request,
  subprotocol: string | undefined,
  say: () => Promise<Farewell>,
) => Promise<Response | undefined>;

/** All that a WebSocket of ours ever says. */
export interface Farewell {
  /** Sent before the close; a frame of its own even if it is empty. */
  readonly message?: string | Uint8Array<ArrayBuffer>;
  readonly code: 1000 | 1011;
  /** At most {@link REASON_MAX_BYTES} bytes of UTF-8. */
  readonly reason: string;
}

/** RFC 6455 §5.5: a control frame carries 125 bytes, two of them the code. */
export const REASON_MAX_BYTES = 123;

/** The request asks for a WebSocket, and for nothing else beside: workerd opens none for a list. */
export function isUpgrade({ method, headers }: Request): boolean {
  return method === "GET" && headers.get("upgrade")?.toLowerCase() === "websocket";
}
