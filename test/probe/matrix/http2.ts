import type { Fault } from "../../support/fault-server.ts";
import { block, data, endless, frame, headers, join, string, trailers } from "../../support/http2-pieces.ts";
import { HTTP2_GREETING } from "../../support/request-reader.ts";
import { ERROR_CODE, FLAG } from "../../../src/probe/grpc/protocol.ts";
import { messageFrame } from "./bytes.ts";
import { type Column, HTTP2 } from "./columns.ts";
import { MISMATCH, OVERLOADED, type Row, RPC_ERROR, SERVING, UNAVAILABLE } from "./row.ts";

const OK = { "grpc-status": "0" };
const GOOD_HEAD = { ":status": "200", "content-type": "application/grpc" };

/** Faults of HTTP/2 itself; in HTTP/1 there is nothing like them. */
export const HTTP2_ROWS: readonly Row[] = [
  row("trailers before body", MISMATCH, ({ message }) => ({ streamId }) => [
    headers(streamId, GOOD_HEAD),
    headers(streamId, OK),
    data(streamId, messageFrame(message), FLAG.END_STREAM),
  ]),
  row("RST_STREAM REFUSED_STREAM", UNAVAILABLE, () => reset("REFUSED_STREAM")),
  row("RST_STREAM CANCEL", RPC_ERROR, () => reset("CANCEL")),
  row("RST_STREAM INTERNAL_ERROR", RPC_ERROR, () => reset("INTERNAL_ERROR")),
  row("RST_STREAM ENHANCE_YOUR_CALM", OVERLOADED, () => reset("ENHANCE_YOUR_CALM")),
  row("RST_STREAM in the body", RPC_ERROR, ({ message }) => ({ streamId }) => [
    join(headers(streamId, GOOD_HEAD), data(streamId, messageFrame(message)), rst(streamId, "INTERNAL_ERROR")),
  ]),
  row("RST_STREAM NO_ERROR after the answer", SERVING, ({ message }) => ({ streamId }) => [
    join(whole(streamId, message), rst(streamId, "NO_ERROR")),
  ]),
  row("GOAWAY instead of an answer", UNAVAILABLE, () => () => [goaway(0, "NO_ERROR")]),
  {
    ...row("GOAWAY on accept", UNAVAILABLE, () => () => []),
    fault: () => ({ when: "connect", send: join(HTTP2_GREETING, goaway(0, "NO_ERROR")), end: "hang" }),
  },
  row("GOAWAY ENHANCE_YOUR_CALM", UNAVAILABLE, () => () => [goaway(0, "ENHANCE_YOUR_CALM")]),
  row("GOAWAY HTTP_1_1_REQUIRED", MISMATCH, () => () => [goaway(0, "HTTP_1_1_REQUIRED")]),
  row("GOAWAY before the answer", SERVING, ({ message }) => ({ streamId }) => [
    join(goaway(streamId, "NO_ERROR"), whole(streamId, message)),
  ]),
  row("SETTINGS flood", MISMATCH, () => () => endless(frame("SETTINGS"))),
  row("PING flood", MISMATCH, () => () => endless(frame("PING", new Uint8Array(8)))),
  row(
    "empty DATA flood",
    MISMATCH,
    () => ({ streamId }) => after(headers(streamId, GOOD_HEAD), endless(frame("DATA", [], { streamId }))),
  ),
  row(
    "CONTINUATION flood",
    MISMATCH,
    () => ({ streamId }) =>
      after(headers(streamId, GOOD_HEAD, 0), endless(frame("CONTINUATION", block({ x: "y" }), { streamId }))),
  ),
  row(
    "empty CONTINUATION flood",
    MISMATCH,
    () => ({ streamId }) => after(headers(streamId, GOOD_HEAD, 0), endless(frame("CONTINUATION", [], { streamId }))),
  ),
  row(
    "informational headers flood",
    MISMATCH,
    () => ({ streamId }) => endless(headers(streamId, { ":status": "103" })),
  ),
  row("HPACK bomb", MISMATCH, () => ({ streamId }) => [
    frame("HEADERS", BOMB, { flags: FLAG.END_HEADERS, streamId }),
  ]),
  row("HPACK that is none", MISMATCH, () => ({ streamId }) => [
    frame("HEADERS", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], { flags: FLAG.END_HEADERS, streamId }),
  ]),
  row(
    "header name in capitals",
    MISMATCH,
    () => ({ streamId }) => [trailers(streamId, { ...GOOD_HEAD, ...OK, Server: "x" })],
  ),
  row(
    "headers without a status",
    MISMATCH,
    () => ({ streamId }) => [trailers(streamId, { "content-type": "application/grpc", ...OK })],
  ),
  row(
    "HTTP/2 frame over the limit",
    MISMATCH,
    () => () => [join([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1], new Uint8Array(1_000))],
  ),
  row("DATA before headers", MISMATCH, ({ message }) => ({ streamId }) => [data(streamId, messageFrame(message))]),
  row(
    "closed in an HTTP/2 frame",
    UNAVAILABLE,
    () => ({ streamId }) => [headers(streamId, GOOD_HEAD).subarray(0, 12)],
    "close",
  ),
  row("PUSH_PROMISE", MISMATCH, () => ({ streamId }) => [
    frame("PUSH_PROMISE", join([0, 0, 0, 2], block({ ":path": "/" })), { flags: FLAG.END_HEADERS, streamId }),
  ]),
];

type Send = Extract<Fault["send"], (...args: never) => unknown>;

function row(name: string, expect: string, send: (column: Column) => Send, end: Fault["end"] = "hang"): Row {
  return { name, in: HTTP2, expect, fault: (column) => ({ reads: "http2", send: send(column), end }) };
}

/** An entry of 4 kB for the table, then thousands of references to it: 50 MB of headers in 16 kB. */
const BOMB = join(
  block(GOOD_HEAD),
  [0x40],
  string("x"),
  string("y".repeat(4_000)),
  new Uint8Array(12_000).fill(0x80 | 62),
);

function whole(streamId: number, message: Uint8Array): Uint8Array {
  return join(headers(streamId, GOOD_HEAD), data(streamId, messageFrame(message)), trailers(streamId, OK));
}

function reset(code: keyof typeof ERROR_CODE): Send {
  return ({ streamId }) => [rst(streamId, code)];
}

function rst(streamId: number, code: keyof typeof ERROR_CODE): Uint8Array {
  return frame("RST_STREAM", [0, 0, 0, ERROR_CODE[code]], { streamId });
}

function goaway(lastStreamId: number, code: keyof typeof ERROR_CODE): Uint8Array {
  return frame("GOAWAY", [0, 0, 0, lastStreamId, 0, 0, 0, ERROR_CODE[code]]);
}

function* after(begin: Uint8Array, pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  yield begin;
  yield* pieces;
}
