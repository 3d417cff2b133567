import { createRequire } from "node:module";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/** The most used WebSocket library, as far as tests use it: https://github.com/websockets/ws */
export interface WsLibrary {
  readonly WebSocketServer: new (options: {
    readonly noServer: true;
    /** The subprotocol to choose of those offered; false for none. */
    readonly handleProtocols?: (offered: ReadonlySet<string>) => string | false;
  }) => {
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array, then: (socket: WsSocket) => void): void;
  };
}

/** The server's end of a WebSocket. */
export interface WsSocket {
  send(message: string | Uint8Array): void;
  ping(): void;
  /** Begin the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Drop the connection. */
  terminate(): void;
  once(event: "close", then: (code: number) => void): void;
}

/** It comes with Miniflare, which pins it. */
const { WebSocketServer }: WsLibrary = createRequire(import.meta.resolve("miniflare"))("ws");

/**
 * Let a server speak WebSocket on the paths it says, and choose no subprotocol, as Jina's gateway does.
 *
 * @param accept What is done to a WebSocket of this request; undefined refuses it with 403, as uvicorn does.
 */
export function serveWebSockets(
  server: Server,
  accept: (request: IncomingMessage) => ((socket: WsSocket) => void) | undefined,
): void {
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => false });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Uint8Array) => {
    const then = accept(request);
    if (then !== undefined) return webSockets.handleUpgrade(request, socket, head, then);
    socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
}
