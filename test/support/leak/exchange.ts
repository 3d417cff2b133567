import { Buffer } from "node:buffer";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

/** A request and what was answered to it, as they were on the wire. */
export interface Exchange {
  /** The head with whatever came of the body. */
  readonly request: string;
  readonly answer: string;
}

/** Follows both ends of one connection. */
export interface Follower {
  fromClient(bytes: Uint8Array): void;
  fromServer(bytes: Uint8Array): void;
  /** The connection is over. */
  end(): void;
}

/**
 * Follow an HTTP/1.1 connection. What the client sends after an answer has begun begins the next exchange, for nobody here
 * pipelines; but for a WebSocket, which is one exchange to its end.
 */
export function followHttp1(onExchange: (exchange: Exchange) => void): Follower {
  let asked: Uint8Array[] = [];
  let answered: Uint8Array[] = [];

  function end(): void {
    if (answered.length > 0) onExchange({ request: textOf(asked), answer: readAnswer(Buffer.concat(answered)) });
    asked = [];
    answered = [];
  }

  return {
    fromClient(bytes) {
      if (answered.length > 0 && !textOf(answered.slice(0, 1)).startsWith("HTTP/1.1 101")) end();
      asked.push(bytes);
    },
    fromServer: (bytes) => void answered.push(bytes),
    end,
  };
}

/** Bytes as text, one character each: what is ASCII in them can be found. */
export function textOf(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString("latin1");
}

/** Head and body, decompressed; a body whose encoding cannot be read is not hidden from us by it. */
function readAnswer(bytes: Buffer): string {
  const headEnd = bytes.indexOf("\r\n\r\n");
  const head = bytes.subarray(0, headEnd).toString("latin1");
  const body = /^transfer-encoding: chunked/im.test(head)
    ? dechunked(bytes.subarray(headEnd + 4))
    : bytes.subarray(headEnd + 4);
  const encoding = /^content-encoding: (gzip|br)/im.exec(head)?.[1];
  return `${head}\r\n\r\n${(encoding === undefined ? body : decompressed(body, encoding)).toString("latin1")}`;
}

function decompressed(body: Buffer, encoding: string): Buffer {
  try {
    return encoding === "gzip" ? gunzipSync(body) : brotliDecompressSync(body);
  } catch {
    // Cut off by its reader, who then read none of it either.
    return body;
  }
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
function dechunked(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf("\r\n", at);
    const length = parseInt(body.subarray(at, lineEnd).toString("latin1"), 16);
    if (lineEnd < 0 || !(length > 0)) break;
    pieces.push(body.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
  return Buffer.concat(pieces);
}
