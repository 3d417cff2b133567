import type { ByteStream, FirstMessage } from "../network.ts";
import { type ByteReader, createByteReader } from "./byte-reader.ts";
import { normalClose, readMessage } from "./websocket-message.ts";

/** What a WebSocket is opened with. */
export interface WebSocketOpening {
  /** `ws(s)://`. */
  readonly url: string;
  /** Sent as the host instead of the URL's. */
  readonly authority?: string | undefined;
  readonly headers: Headers;
}

/**
 * Open a WebSocket on a connection and read what comes first: https://www.rfc-editor.org/rfc/rfc6455
 *
 * No subprotocol is offered, for some servers choose none of those offered, and a client must then give up. The caller
 * closes the connection. Rejects when what comes is no WebSocket.
 */
export async function readFirstMessage(stream: ByteStream, opening: WebSocketOpening): Promise<FirstMessage> {
  const reader = createByteReader(stream.readable);
  const writer = stream.writable.getWriter();
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  await writer.write(requestOf(opening, key));
  const httpStatus = await readAnswer(reader, key);
  if (httpStatus !== SWITCHING_PROTOCOLS) return { kind: "refused", httpStatus };
  const message = await readMessage(reader);
  // The peer may be gone already, and then needs no goodbye.
  await writer.write(normalClose()).catch(() => {});
  return message;
}

const SWITCHING_PROTOCOLS = 101;

function requestOf({ url, authority, headers }: WebSocketOpening, key: string): Uint8Array {
  const { host, pathname, search } = new URL(url);
  const fields = {
    host: authority ?? host,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": key,
    ...Object.fromEntries(headers),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  // Header values are Latin-1, as `Headers` holds them.
  return Uint8Array.from(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`, (char) => char.charCodeAt(0));
}

/** Read the answer to the handshake, and return its HTTP status; 101 only when it answers this very key. */
async function readAnswer(reader: ByteReader, key: string): Promise<number> {
  const head = await readHead(reader);
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1];
  if (status === undefined) throw new Error("invalid HTTP status line");
  const accept = /\r\nsec-websocket-accept:[ \t]*([^ \t\r]+)/i.exec(head)?.[1];
  if (Number(status) === SWITCHING_PROTOCOLS && accept !== await acceptOf(key)) {
    throw new Error("invalid HTTP upgrade: it accepts another WebSocket key");
  }
  return Number(status);
}

/** As long as Node's limit for all headers. */
const HEAD_MAX_BYTES = 16_384;

async function readHead(reader: ByteReader): Promise<string> {
  let head = "";
  while (!head.endsWith("\r\n\r\n")) {
    const byte = await reader.take(1);
    if (byte === undefined) throw new Error("closed before the WebSocket was open");
    head += String.fromCharCode(...byte);
    if (!head.startsWith("HTTP/1.".slice(0, head.length))) throw new Error("invalid HTTP version");
    if (head.length > HEAD_MAX_BYTES) throw new Error("message head is too large");
  }
  return head;
}

/** §4.2.2: proof that the server read this handshake and speaks the protocol. */
async function acceptOf(key: string): Promise<string> {
  const text = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-1", text))));
}
