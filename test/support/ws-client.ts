import { createRequire } from "node:module";
import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";

/** All that a client saw of a WebSocket, from its opening to its end. */
export interface SeenSocket {
  /** The HTTP status of a server that did not open one. */
  readonly refused?: number;
  /** The client gave up by itself, and why; a browser's client does not tell why. */
  readonly error?: string;
  /** What the server chose; `""` for none. */
  readonly subprotocol: string;
  /** Texts as they are, binary messages as numbers. */
  readonly messages: readonly (string | number[])[];
  readonly code: number;
  readonly reason: string;
}

/** Opens a WebSocket, sends nothing, and waits for its end. */
export type Listener = (url: string, how?: ListenOptions) => Promise<SeenSocket>;

export interface ListenOptions {
  readonly subprotocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The client of the `ws` library, which gives up when it offered subprotocols and none is chosen, as browsers do. */
export const listenByWs: Listener = (url, { subprotocols = [], headers = {} } = {}) =>
  new Promise((resolve) => {
    const socket = new WsWebSocket(url, [...subprotocols], { headers });
    const messages: (string | number[])[] = [];
    let failed: Pick<SeenSocket, "refused" | "error"> = {};
    socket.on("unexpected-response", (_request, response) => {
      failed = { refused: response.statusCode ?? 0 };
      socket.terminate();
    });
    socket.on("error", ({ message }) => failed = { error: message, ...failed });
    socket.on("message", (data, isBinary) => messages.push(isBinary ? [...data] : String(data)));
    socket.on("close", (code, reason) => {
      const { error, ...told } = failed;
      const seen = { subprotocol: socket.protocol, messages, code, reason: String(reason) };
      resolve({ ...seen, ...told, ...(error !== undefined && told.refused === undefined && { error }) });
    });
  });

/** Deno's own client, which is that of browsers. */
export const listenByWebSocket: Listener = (url, { subprotocols = [] } = {}) =>
  new Promise((resolve) => {
    const socket = new WebSocket(url, [...subprotocols]);
    socket.binaryType = "arraybuffer";
    const messages: (string | number[])[] = [];
    let failed: Pick<SeenSocket, "error"> = {};
    socket.onerror = () => failed = { error: "" };
    socket.onmessage = ({ data }) => messages.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
    socket.onclose = ({ code, reason }) => resolve({ subprotocol: socket.protocol, messages, code, reason, ...failed });
  });

interface WsClient {
  readonly protocol: string;
  terminate(): void;
  on(event: "message", then: (data: Buffer, isBinary: boolean) => void): void;
  on(event: "close", then: (code: number, reason: Buffer) => void): void;
  on(event: "error", then: (error: Error) => void): void;
  on(event: "unexpected-response", then: (request: unknown, response: IncomingMessage) => void): void;
}

/** It comes with Miniflare, which pins it: https://github.com/websockets/ws */
const { WebSocket: WsWebSocket }: {
  readonly WebSocket: new (
    url: string,
    subprotocols: string[],
    options: { readonly headers: Readonly<Record<string, string>> },
  ) => WsClient;
} = createRequire(import.meta.resolve("miniflare"))("ws");
