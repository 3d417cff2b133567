import type { Fault } from "../support/fault-server.ts";
import { join } from "../support/http2-pieces.ts";
import { HTTP2_GREETING } from "../support/request-reader.ts";
import { answer, begun, framed, giant, good } from "./matrix/answer.ts";
import { head, messageFrame, text, trailerFrame, upgrade } from "./matrix/bytes.ts";
import { ALL, type Column, type ColumnName, FRAMED, HTTP1, HTTP2 } from "./matrix/columns.ts";
import { HTTP2_ROWS } from "./matrix/http2.ts";
import * as is from "./matrix/row.ts";
import type { Expected, Row } from "./matrix/row.ts";

/** Columns over HTTP/2 are read by our own client, which tells the same on every platform. */
function ifNative(expected: Expected): NonNullable<Row["but"]> {
  return Object.fromEntries(HTTP2.map((name) => [name, expected]));
}

const OK = { "grpc-status": "0" };
const PAGE = { contentType: "text/html", body: text("<html>hi</html>") };
const BY_STATUS: Readonly<Record<string, object>> = {
  204: { body: new Uint8Array() },
  // Followed, it would lead round in a circle.
  301: { headers: { location: "/elsewhere?token=1" } },
};

/** The first bytes of any body. */
const SCRAP = new Uint8Array(3);

/** After a whole request, in the column's HTTP. */
function asked({ wire }: Column, fault: Fault): Fault {
  return { ...fault, reads: wire === "http2" ? "http2" : "http1" };
}

/** A good answer but for its frame. */
function framing(spoil: (frame: Uint8Array) => Uint8Array): Row["fault"] {
  return (column) => framed(column, spoil(messageFrame(column.message)), OK);
}

function chunked({ contentType }: Column, body: string): Fault {
  return { send: join(head(200, { "content-type": contentType, "transfer-encoding": "chunked" }), text(body)) };
}

/** workerd says of most faults below HTTP that its connection was lost, whatever it was. */
const UNTOLD_BY_WORKERD = [is.MISMATCH, is.UNAVAILABLE] as const;

/** Whether a connection comes about, and how it ends. */
const CONNECTION: readonly Row[] = [
  { name: "refused", in: ALL, fault: () => "refused", expect: is.UNAVAILABLE },
  { name: "DNS failure", in: ALL, fault: () => "no such name", expect: [is.DNS, is.UNAVAILABLE] },
  { name: "reset after accept", in: ALL, fault: () => ({ when: "connect", end: "reset" }), expect: is.UNAVAILABLE },
  { name: "closed after accept", in: ALL, fault: () => ({ when: "connect" }), expect: is.UNAVAILABLE },
  { name: "hang after accept", in: ALL, fault: () => ({ when: "connect", end: "hang" }), expect: is.LATE },
  { name: "reset before headers", in: ALL, fault: (column) => asked(column, { end: "reset" }), expect: is.UNAVAILABLE },
  { name: "closed before headers", in: ALL, fault: (column) => asked(column, {}), expect: is.UNAVAILABLE },
  { name: "hang before headers", in: ALL, fault: (column) => asked(column, { end: "hang" }), expect: is.LATE },
  {
    name: "reset in the body",
    in: ALL,
    fault: (column) => begun(column, { pieces: [SCRAP], end: "reset" }),
    expect: is.UNAVAILABLE,
  },
  {
    name: "closed in the body",
    in: ALL,
    fault: (column) => begun(column, { pieces: [SCRAP] }),
    expect: is.UNAVAILABLE,
  },
  {
    name: "hang in the body",
    in: ALL,
    fault: (column) => begun(column, { pieces: [SCRAP], end: "hang" }),
    expect: is.LATE,
  },
  { name: "one byte a second", in: ALL, fault: (column) => ({ ...good(column), byteEveryMs: 1_000 }), expect: is.LATE },
];

const TLS: readonly Row[] = [
  ...(["wrong-name", "expired"] as const).map((certificate): Row => ({
    name: `TLS, ${certificate === "expired" ? "expired certificate" : "wrong name"}`,
    in: ALL,
    fault: () => ({ certificate }),
    expect: [is.TLS, is.UNAVAILABLE],
  })),
  {
    name: "TLS, plaintext instead",
    in: ALL,
    fault: () => ({ plaintext: { when: "connect", send: head(400, { "content-length": "0" }) } }),
    expect: [is.TLS, is.UNAVAILABLE],
  },
];

/** Bare HTTP statuses, as proxies give them in an upstream's place. */
const STATUSES: readonly Row[] = Object.entries({
  204: is.MISMATCH,
  301: is.MISMATCH,
  401: is.DENIED,
  403: is.DENIED,
  404: is.UNIMPLEMENTED,
  429: is.OVERLOADED,
  500: is.UNAVAILABLE,
  502: is.UNAVAILABLE,
  503: is.UNAVAILABLE,
  504: is.TIMEOUT,
  520: is.UNAVAILABLE,
  521: is.UNAVAILABLE,
  522: is.TIMEOUT,
  523: is.UNAVAILABLE,
  524: is.TIMEOUT,
  525: is.TLS,
  526: is.TLS,
  530: is.DNS,
}).map(([status, expect]) => ({
  name: `HTTP ${status}`,
  in: ALL,
  fault: (column) => answer(column, { ...PAGE, ...BY_STATUS[status], status: Number(status) }),
  expect,
  ...(status === "204" && { but: { "http": is.SERVING } }),
}));

/** Answers with HTTP 200 that are none. */
const BODIES: readonly Row[] = [
  {
    name: "HTML 200",
    in: ALL,
    fault: (column) => answer(column, PAGE),
    expect: is.MISMATCH,
    // An HTTP status that serves is the whole answer.
    but: { "http": is.SERVING },
  },
  {
    name: "wrong content type",
    in: ALL.filter((name) => name !== "jina ws"),
    fault: (column) => good({ ...column, contentType: `${column.contentType}-other` }),
    expect: is.MISMATCH,
    // These are told by their body.
    but: { "http": is.SERVING, "http JSON value": is.SERVING, "jina http": is.SERVING },
  },
  { name: "a body of 1 GiB", in: ALL, fault: giant, expect: is.MISMATCH },
  {
    name: "enum 7",
    in: ALL,
    fault: (column) => good(column, column.enum7),
    expect: is.STATUS_UNKNOWN,
    but: {
      "grpc List": "UNKNOWN",
      "http JSON value": "NOT_SERVING",
      "jina http": "NOT_SERVING",
      "jina grpc": "NOT_SERVING",
      "jina ws": "NOT_SERVING",
    },
  },
];

/** Answers whose frames or trailers are wrong. */
const FRAMES: readonly Row[] = [
  { name: "truncated frame", in: FRAMED, fault: framing((frame) => frame.subarray(0, -1)), expect: is.MISMATCH },
  {
    name: "frame length over the limit",
    in: FRAMED,
    fault: (column) => framed(column, messageFrame(column.message, 0, 0xffffffff), OK),
    expect: is.MISMATCH,
  },
  {
    name: "bad compression flag",
    in: FRAMED,
    fault: (column) => framed(column, messageFrame(column.message, 1), OK),
    expect: is.MISMATCH,
  },
  {
    name: "unknown flag",
    in: FRAMED,
    fault: (column) => framed(column, messageFrame(column.message, 2), OK),
    expect: is.MISMATCH,
  },
  { name: "two messages", in: FRAMED, fault: framing((frame) => join(frame, frame)), expect: is.MISMATCH },
  {
    name: "missing trailers",
    in: FRAMED,
    fault: (column) => answer(column, { body: messageFrame(column.message) }),
    expect: is.MISMATCH,
  },
  {
    name: "trailers before body",
    in: ["grpc-web"],
    fault: (column) => answer(column, { body: join(trailerFrame(OK), messageFrame(column.message)) }),
    expect: is.MISMATCH,
  },
  {
    name: "garbage trailers",
    in: FRAMED,
    fault: (column) => framed(column, messageFrame(column.message), { "grpc-status": "0x", "\u007f": "\u0001" }),
    expect: is.MISMATCH,
  },
  {
    name: "unknown grpc-status",
    in: FRAMED,
    fault: (column) => framed(column, new Uint8Array(), { "grpc-status": "17" }),
    expect: is.RPC_ERROR,
  },
];

/** Where a WebSocket was asked for, that it is none comes first. */
const NO_UPGRADE = { "jina ws": is.MISMATCH };

/** Servers of something else, or of no proper HTTP/1. */
const STRANGERS: readonly Row[] = [
  {
    name: "a banner of SSH",
    in: ALL,
    fault: () => ({ when: "connect", send: "SSH-2.0-OpenSSH_9\r\n" }),
    expect: UNTOLD_BY_WORKERD,
    but: ifNative(is.MISMATCH),
  },
  {
    name: "text",
    in: ALL,
    fault: (column) => asked(column, { send: "hello there\r\n\r\n" }),
    expect: UNTOLD_BY_WORKERD,
    but: ifNative(is.MISMATCH),
  },
  {
    name: "HTTP/2 only",
    in: HTTP1,
    fault: () => ({ when: "connect", send: join(HTTP2_GREETING, [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) }),
    expect: UNTOLD_BY_WORKERD,
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
    expect: UNTOLD_BY_WORKERD,
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

/** WebSockets that open well. */
const WEB_SOCKETS: readonly Row[] = [
  {
    name: "WebSocket for another key",
    in: ["jina ws"],
    fault: () => ({ send: upgrade("sec-websocket-key: another") }),
    expect: UNTOLD_BY_WORKERD,
  },
  {
    name: "WebSocket frame with reserved bits",
    in: ["jina ws"],
    fault: () => ({ send: ({ text }) => [join(upgrade(text), [0xf2, 0])], end: "hang" }),
    expect: is.MISMATCH,
  },
  {
    name: "WebSocket closed without a message",
    in: ["jina ws"],
    fault: () => ({ send: ({ text }) => [join(upgrade(text), [0x88, 2, 3, 232])] }),
    expect: is.UNAVAILABLE,
  },
];

/** Every fault, and what comes of it in every protocol. Rows of one name are one fault, told differently by protocol. */
export const ROWS: readonly Row[] = [
  { name: "nothing", in: ALL, fault: (column) => good(column), expect: is.SERVING },
  ...CONNECTION,
  ...TLS,
  ...STATUSES,
  ...BODIES,
  ...FRAMES,
  ...STRANGERS,
  ...HTTP2_ROWS,
  ...WEB_SOCKETS,
];

/** What a row expects of a column; undefined where it cannot be. */
export function expectedIn({ in: columns, expect, but }: Row, column: ColumnName): Expected | undefined {
  return columns.includes(column) ? but?.[column] ?? expect : undefined;
}
