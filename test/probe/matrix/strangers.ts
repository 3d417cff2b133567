import type { Fault } from "../../support/fault-server.ts";
import { join } from "../../support/http2-pieces.ts";
import { HTTP2_GREETING } from "../../support/request-reader.ts";
import { answer, asked } from "./answer.ts";
import { head, text } from "./bytes.ts";
import { ALL, type Column, HTTP1, HTTP2 } from "./columns.ts";
import * as is from "./row.ts";
import type { Row } from "./row.ts";

/** Columns over HTTP/2 are read by our own client, which tells on every platform. */
const IF_NATIVE = Object.fromEntries(HTTP2.map((name) => [name, is.MISMATCH]));

/** Where a WebSocket was asked for, that it is none comes first. */
const NO_UPGRADE = { "jina ws": is.MISMATCH };

/** Servers of something else, or of no proper HTTP/1. */
export const STRANGER_ROWS: readonly Row[] = [
  {
    name: "a banner of SSH",
    in: ALL,
    fault: () => ({ when: "connect", send: "SSH-2.0-OpenSSH_9\r\n" }),
    expect: is.UNTOLD_BY_WORKERD,
    but: IF_NATIVE,
  },
  {
    name: "text",
    in: ALL,
    fault: (column) => asked(column, { send: "hello there\r\n\r\n" }),
    expect: is.UNTOLD_BY_WORKERD,
    but: IF_NATIVE,
  },
  {
    name: "HTTP/2 only",
    in: HTTP1,
    fault: () => ({ when: "connect", send: join(HTTP2_GREETING, [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) }),
    expect: is.UNTOLD_BY_WORKERD,
  },
  {
    name: "HTTP/1 only",
    in: HTTP2,
    fault: () => ({ when: "connect", send: head(400, { connection: "close" }) }),
    expect: is.MISMATCH,
  },
  {
    name: "closed in the headers",
    in: HTTP1,
    fault: () => ({ send: "HTTP/1.1 200 OK\r\ncont" }),
    expect: is.UNAVAILABLE,
  },
  {
    name: "hang in the headers",
    in: HTTP1,
    fault: () => ({ send: "HTTP/1.1 200 OK\r\ncont", end: "hang" }),
    expect: is.LATE,
  },
  {
    name: "headers of 2 MB",
    in: HTTP1,
    fault: (column) => answer(column, { headers: { x: "a".repeat(2_000_000) } }),
    expect: is.UNTOLD_BY_WORKERD,
  },
  {
    name: "closed in a chunk",
    in: HTTP1,
    fault: (column) => chunked(column, "5\r\nab"),
    expect: is.UNAVAILABLE,
    but: NO_UPGRADE,
  },
  {
    name: "a chunk that is none",
    in: HTTP1,
    fault: (column) => chunked(column, "zz\r\nab"),
    expect: is.UNAVAILABLE,
    but: NO_UPGRADE,
  },
  {
    name: "a body that is not gzip as its headers say",
    in: HTTP1,
    fault: (column) => answer(column, { headers: { "content-encoding": "gzip" }, body: text("abc") }),
    expect: is.MISMATCH,
  },
];

function chunked({ contentType }: Column, body: string): Fault {
  return { send: join(head(200, { "content-type": contentType, "transfer-encoding": "chunked" }), text(body)) };
}
