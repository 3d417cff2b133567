import { createHash } from "node:crypto";
import { join } from "../../support/http2-pieces.ts";

type Fields = Readonly<Record<string, string>>;

/** Text as UTF-8. */
export function text(data: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(data);
}

/** A status line and headers of HTTP/1. */
export function head(status: number, fields: Fields): Uint8Array<ArrayBuffer> {
  return text(`HTTP/1.1 ${status} x\r\n${linesOf(fields)}\r\n`);
}

/** A message behind the five bytes of gRPC, which may lie of its length. */
export function messageFrame(payload: Uint8Array, flags = 0, length = payload.length): Uint8Array<ArrayBuffer> {
  return join([flags, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255], payload);
}

/** Trailers as gRPC-web has them, in a frame. */
export function trailerFrame(fields: Fields): Uint8Array<ArrayBuffer> {
  return messageFrame(text(linesOf(fields)), 0x80);
}

/** The answer that opens a WebSocket, RFC 6455 §4.2.2. */
export function upgrade(request: string): Uint8Array<ArrayBuffer> {
  const key = /sec-websocket-key: *(\S+)/i.exec(request)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return head(101, { upgrade: "websocket", connection: "Upgrade", "sec-websocket-accept": accept });
}

/** What goes before a binary message of so many bytes, unmasked as a server sends it, RFC 6455 §5.2. */
export function webSocketHead(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes < 126) return join([0x82, bytes]);
  return join([0x82, 127, 0, 0, 0, 0, bytes >>> 24, (bytes >>> 16) & 255, (bytes >>> 8) & 255, bytes & 255]);
}

function linesOf(fields: Fields): string {
  return Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
}
