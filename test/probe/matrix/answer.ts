import type { Fault } from "../../support/fault-server.ts";
import { data, headers, join, trailers } from "../../support/http2-pieces.ts";
import { FLAG } from "../../../src/probe/grpc/protocol.ts";
import { head, messageFrame, trailerFrame, upgrade, webSocketHead } from "./bytes.ts";
import { type Column, isFramed } from "./columns.ts";

/** One HTTP answer; what is left out is as in a good one of the column, but for the body, which is empty. */
export interface Answer {
  readonly status?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of HTTP/2: fields after the body, which end the stream. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** An answer over the column's wire, whole; a WebSocket is refused with it. */
export function answer({ wire, contentType }: Column, answer: Answer): Fault {
  const { status = 200, body = new Uint8Array() } = answer;
  const fields = { "content-type": answer.contentType ?? contentType, ...answer.headers };
  if (wire === "http2") return http2Answer({ ":status": String(status), ...fields }, body, answer.trailers);
  const length = status === 204 ? undefined : { "content-length": String(body.length) };
  return { send: join(head(status, { ...fields, ...length, connection: "close" }), body) };
}

/** Messages as they are framed, and the trailers after them, over a framed column's wire. */
export function framed(column: Column, frames: Uint8Array, fields: Readonly<Record<string, string>>): Fault {
  if (column.wire === "http2") return answer(column, { body: frames, trailers: fields });
  return answer(column, { body: join(frames, trailerFrame(fields)) });
}

/** What a healthy upstream says, or one that says `message` in the same way. */
export function good(column: Column, message: Uint8Array = column.message): Fault {
  if (isFramed(column)) return framed(column, messageFrame(message), { "grpc-status": "0" });
  if (column.wire !== "websocket") return answer(column, { body: message });
  return { send: ({ text }) => [join(upgrade(text), webSocketHead(message.length), message)] };
}

/** After a whole request, in the column's HTTP. */
export function asked({ wire }: Column, fault: Fault): Fault {
  return { ...fault, reads: wire === "http2" ? "http2" : "http1" };
}

/** The first bytes of any body. */
export const SCRAP = new Uint8Array(3);

/** An error page that stops after its first bytes, and keeps the connection. */
export function unfinished({ wire }: Column, status: number): Fault {
  const fields = { "content-type": "text/html" };
  if (wire !== "http2") return { end: "hang", send: join(head(status, { ...fields, "content-length": "100" }), SCRAP) };
  const send: Fault["send"] = ({ streamId }) => [
    join(headers(streamId, { ":status": String(status), ...fields }), data(streamId, SCRAP)),
  ];
  return { end: "hang", reads: "http2", send };
}

/** How an answer that has begun goes on. */
export interface Beginning {
  readonly pieces: Iterable<Uint8Array>;
  readonly end?: Fault["end"];
  /** Of the body, as the headers claim; default: a few more than the first bytes. */
  readonly bodyBytes?: number;
}

/** The headers of a good answer, and of its body only `pieces`. */
export function begun(column: Column, { pieces, end = "close", bodyBytes = 100 }: Beginning): Fault {
  const { wire, contentType } = column;
  const fields = { "content-type": contentType };
  if (wire === "http2") {
    const begin = (streamId: number) => headers(streamId, { ":status": "200", ...fields });
    const send: Fault["send"] = ({ streamId }) => after(begin(streamId), pieces, (body) => data(streamId, body));
    return { end, reads: "http2", send };
  }
  if (wire === "http1") {
    return { end, send: () => after(head(200, { ...fields, "content-length": String(bodyBytes) }), pieces) };
  }
  return { end, send: ({ text }) => after(join(upgrade(text), webSocketHead(bodyBytes)), pieces) };
}

/** A body of 1 GiB. */
export function giant(column: Column): Fault {
  return begun(column, { pieces: { [Symbol.iterator]: zeros }, bodyBytes: GIANT });
}

function* zeros(): Iterator<Uint8Array> {
  const piece = new Uint8Array(65_536);
  for (let bytes = 0; bytes < GIANT; bytes += piece.length) yield piece;
}

function* after(
  begin: Uint8Array,
  pieces: Iterable<Uint8Array>,
  dress = (piece: Uint8Array) => piece,
): Iterable<Uint8Array> {
  yield begin;
  for (const piece of pieces) yield dress(piece);
}

const GIANT = 1 << 30;

function http2Answer(fields: Readonly<Record<string, string>>, body: Uint8Array, trailing?: Answer["trailers"]): Fault {
  const send = (streamId: number) => {
    if (body.length === 0) return trailers(streamId, { ...fields, ...trailing });
    const begin = headers(streamId, fields);
    if (trailing === undefined) return join(begin, data(streamId, body, FLAG.END_STREAM));
    return join(begin, data(streamId, body), trailers(streamId, trailing));
  };
  return { reads: "http2", end: "hang", send: ({ streamId }) => [send(streamId)] };
}
