import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Upstream } from "../../src/core/registry.ts";
import type { Verdict } from "../../src/probe/verdict.ts";

/** One HTTP answer of an upstream, good or broken, and what a probe must make of it, as {@link brief} says it. */
export interface Answer {
  /** Begins with its checklist ids, where it has any. */
  readonly name: string;
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly expect: string;
}

/** An outcome in few words: `SERVING`, `UNKNOWN probe_denied`, `failed timeout`, `not-attempted`. */
export function brief(outcome: Verdict | ProbeOutcome): string {
  if (outcome.kind === "failed") return `failed ${outcome.failure}`;
  if (outcome.kind === "not-attempted") return outcome.kind;
  return outcome.reason === undefined ? outcome.status : `${outcome.status} ${outcome.reason}`;
}

/** The same answer as bytes on a connection, which ends after it. */
export function rawAnswer({ status = 200, headers = {}, body = bytes() }: Answer): Uint8Array {
  const lines = Object.entries({ ...headers, "content-length": String(body.length), connection: "close" });
  const head = `HTTP/1.1 ${status} x\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return bytes(text(head), body);
}

/** The same answer as `fetch` gives it. */
export function responseOf({ status = 200, headers = {}, body = bytes() }: Answer): Response {
  return new Response(status === 204 ? null : body, { status, headers });
}

const GRPC_WEB_HEADERS = { "content-type": "application/grpc-web" };
const CONNECT_CONTENT_TYPES = { proto: "application/proto", json: "application/json" } as const;
const OK_TRAILER = trailer("grpc-status: 0\r\n");
const HTML = { "content-type": "text/html" };
// Followed, it would lead round in a circle.
const ELSEWHERE = { ...HTML, location: "/elsewhere?token=1" };

/** HTTP statuses without any protocol in them, for every protocol alike. */
const BARE_HTTP: readonly Answer[] = [
  ...Object.entries({
    201: "failed protocol_mismatch",
    204: "failed protocol_mismatch",
    301: "failed protocol_mismatch",
    302: "failed protocol_mismatch",
    308: "failed protocol_mismatch",
    400: "failed protocol_mismatch",
    401: "UNKNOWN probe_denied",
    403: "UNKNOWN probe_denied",
    405: "failed protocol_mismatch",
    415: "failed protocol_mismatch",
    429: "failed overloaded",
    500: "failed unavailable",
    501: "failed unavailable",
    502: "failed unavailable",
    503: "failed unavailable",
    504: "failed timeout",
    520: "failed unavailable",
    521: "failed unavailable",
    522: "failed timeout",
    523: "failed unavailable",
    524: "failed timeout",
    525: "failed tls",
    526: "failed tls",
    530: "failed dns",
  }).map(([status, expect]): Answer => ({
    name: `HTTP ${status}`,
    status: Number(status),
    headers: status[0] === "3" ? ELSEWHERE : HTML,
    expect,
  })),
  { name: "P9: HTTP 404", status: 404, headers: HTML, expect: "UNKNOWN health_unimplemented" },
  {
    name: "G2: HTTP 200 with a page",
    headers: HTML,
    body: text("<html>hi</html>"),
    expect: "failed protocol_mismatch",
  },
  { name: "G2: HTTP 200 with nothing", expect: "failed protocol_mismatch" },
];

const GRPC_CODES: Readonly<Record<number, string>> = {
  1: "failed rpc_error",
  2: "failed rpc_error",
  3: "failed rpc_error",
  4: "failed timeout",
  5: "NOT_SERVING service_not_registered",
  6: "failed rpc_error",
  7: "UNKNOWN probe_denied",
  8: "failed overloaded",
  9: "failed rpc_error",
  10: "failed rpc_error",
  11: "failed rpc_error",
  12: "UNKNOWN health_unimplemented",
  13: "failed rpc_error",
  14: "failed unavailable",
  15: "failed rpc_error",
  16: "UNKNOWN probe_denied",
};

/** Messages and what they mean; the same bytes over gRPC-web and Connect. */
const MESSAGES: readonly {
  readonly name: string;
  readonly message: Uint8Array<ArrayBuffer>;
  readonly expect: string;
}[] = [
  { name: "SERVING", message: bytes([8, 1]), expect: "SERVING" },
  { name: "NOT_SERVING", message: bytes([8, 2]), expect: "NOT_SERVING" },
  { name: "P10: SERVICE_UNKNOWN", message: bytes([8, 3]), expect: "NOT_SERVING service_not_registered" },
  { name: "P8: an empty message", message: bytes(), expect: "UNKNOWN status_unknown" },
  { name: "P8: UNKNOWN written out", message: bytes([8, 0]), expect: "UNKNOWN status_unknown" },
  { name: "P7: serving status 4", message: bytes([8, 4]), expect: "UNKNOWN status_unknown" },
  { name: "P7: serving status 2^31-1", message: bytes([8, 255, 255, 255, 255, 7]), expect: "UNKNOWN status_unknown" },
  {
    name: "P7: serving status -1",
    message: bytes([8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
    expect: "UNKNOWN status_unknown",
  },
  { name: "the last of two statuses", message: bytes([8, 2, 8, 1]), expect: "SERVING" },
  { name: "a field of a later version", message: bytes([8, 1, 0x12, 1, 65]), expect: "SERVING" },
  { name: "G2: bytes that are no message", message: bytes([8]), expect: "failed protocol_mismatch" },
  { name: "G2: text in place of a message", message: text("not a message"), expect: "failed protocol_mismatch" },
];

/** Answers to a gRPC-web probe. */
export const GRPC_WEB_ANSWERS: readonly Answer[] = [
  ...BARE_HTTP,
  ...MESSAGES.map(({ name, message, expect }) => grpcWeb(name, bytes(frame(message), OK_TRAILER), expect)),
  ...Object.entries(GRPC_CODES).flatMap(([code, expect]) => [
    grpcWeb(`${idOf(code)}grpc-status ${code} in the trailer`, trailer(`grpc-status: ${code}\r\n`), expect),
    trailersOnly(`${idOf(code)}grpc-status ${code} in the headers`, { "grpc-status": code }, expect),
  ]),
  grpcWeb("grpc-status 17", trailer("grpc-status: 17\r\n"), "failed rpc_error"),
  grpcWeb(
    "an error after a message",
    bytes(frame(bytes([8, 1])), trailer("grpc-status: 14\r\n")),
    "failed unavailable",
  ),
  grpcWeb("a trailer in capitals", bytes(frame(bytes([8, 1])), trailer("GRPC-STATUS:0\r\n")), "SERVING"),
  {
    ...grpcWeb("content type with a codec and a parameter", bytes(frame(bytes([8, 1])), OK_TRAILER), "SERVING"),
    headers: { "content-type": "application/grpc-web+proto; charset=utf-8" },
  },
  grpcWeb("P8: OK without a message", OK_TRAILER, "UNKNOWN status_unknown"),
  trailersOnly("P8: OK in the headers, without a body", { "grpc-status": "0" }, "UNKNOWN status_unknown"),
  {
    ...grpcWeb("a message with its status in the headers", frame(bytes([8, 1])), "SERVING"),
    headers: { ...GRPC_WEB_HEADERS, "grpc-status": "0" },
  },
  ...mismatches({
    "no body": bytes(),
    "a message without a trailer": frame(bytes([8, 1])),
    "a trailer without a status": bytes(frame(bytes([8, 1])), trailer("server: x\r\n")),
    "grpc-status that is no number": trailer("grpc-status: fine\r\n"),
    "grpc-status below zero": trailer("grpc-status: -1\r\n"),
    "two statuses in the trailer": trailer("grpc-status: 14\r\ngrpc-status: 0\r\n"),
    "two messages": bytes(frame(bytes([8, 1])), frame(bytes([8, 1])), OK_TRAILER),
    "two trailers": bytes(frame(bytes([8, 1])), OK_TRAILER, OK_TRAILER),
    "a message after the trailer": bytes(OK_TRAILER, frame(bytes([8, 1]))),
    "bytes after the trailer": bytes(frame(bytes([8, 1])), OK_TRAILER, [0]),
    "a compressed message": bytes(frame(bytes([8, 1]), 1), OK_TRAILER),
    "a compressed trailer": bytes(frame(bytes([8, 1])), frame(text("grpc-status: 0\r\n"), 0x81)),
    "an unknown flag": bytes(frame(bytes([8, 1]), 2), OK_TRAILER),
    "a frame cut in its prefix": bytes([0, 0, 0]),
    "a frame cut in its message": bytes([0, 0, 0, 0, 2, 8]),
    "a frame that claims 4 GiB": bytes([0, 255, 255, 255, 255], [8, 1]),
    "an answer over 64 KiB": bytes(frame(bytes(new Uint8Array(70_000))), OK_TRAILER),
    "base64, as in grpc-web-text": text("AAAAAAIIAYAAAAAQZ3JwYy1zdGF0dXM6IDANCg=="),
  }),
  {
    ...grpcWeb("the content type of grpc-web-text", text("AAAAAAIIAQ=="), "failed protocol_mismatch"),
    headers: { "content-type": "application/grpc-web-text" },
  },
  {
    ...grpcWeb("the content type of native gRPC", bytes(frame(bytes([8, 1])), OK_TRAILER), "failed protocol_mismatch"),
    headers: { "content-type": "application/grpc" },
  },
  {
    ...trailersOnly("HTTP 503 before its grpc-status 0", { "grpc-status": "0" }, "failed unavailable"),
    status: 503,
  },
  {
    ...trailersOnly("HTTP 502 before its grpc-status 5", { "grpc-status": "5" }, "failed unavailable"),
    status: 502,
  },
];

/** Answers to a Connect probe in either codec. */
export function connectAnswers(codec: Upstream["codec"]): readonly Answer[] {
  const ok = (name: string, body: Uint8Array<ArrayBuffer>, expect: string): Answer => ({
    name,
    headers: { "content-type": CONNECT_CONTENT_TYPES[codec] },
    body,
    expect,
  });
  return [
    ...BARE_HTTP,
    ...CONNECT_ERRORS,
    ...(codec === "proto"
      ? MESSAGES.map(({ name, message, expect }) => ok(name, message, expect))
      : Object.entries(JSON_MESSAGES).map(([body, expect]) =>
        ok(`${idOf(expect)}${body || "no JSON"}`, text(body), expect)
      )),
    ok("an answer over 64 KiB", bytes(new Uint8Array(70_000)), "failed protocol_mismatch"),
    {
      ...ok("the other codec", codec === "proto" ? text("{}") : bytes([8, 1]), "failed protocol_mismatch"),
      headers: { "content-type": CONNECT_CONTENT_TYPES[codec === "proto" ? "json" : "proto"] },
    },
    {
      ...ok("the content type of a stream", bytes([8, 1]), "failed protocol_mismatch"),
      headers: { "content-type": `application/connect+${codec}` },
    },
  ];
}

const JSON_MESSAGES: Readonly<Record<string, string>> = {
  '{"status":"SERVING"}': "SERVING",
  '{"status":1}': "SERVING",
  '{"later":[1],"status":"SERVING"}': "SERVING",
  '{"status":"NOT_SERVING"}': "NOT_SERVING",
  '{"status":"SERVICE_UNKNOWN"}': "NOT_SERVING service_not_registered",
  "{}": "UNKNOWN status_unknown",
  '{"status":null}': "UNKNOWN status_unknown",
  '{"status":"UNKNOWN"}': "UNKNOWN status_unknown",
  '{"status":4}': "UNKNOWN status_unknown",
  '{"status":-1}': "UNKNOWN status_unknown",
  '{"status":"DRAINING"}': "UNKNOWN status_unknown",
  '{"status":1.5}': "failed protocol_mismatch",
  '{"status":true}': "failed protocol_mismatch",
  '{"status":["SERVING"]}': "failed protocol_mismatch",
  "": "failed protocol_mismatch",
  "[]": "failed protocol_mismatch",
  "null": "failed protocol_mismatch",
  '"SERVING"': "failed protocol_mismatch",
  '{"status":"SERV': "failed protocol_mismatch",
};

const CONNECT_ERRORS: readonly Answer[] = [
  ...Object.entries(
    {
      canceled: [499, GRPC_CODES[1]],
      unknown: [500, GRPC_CODES[2]],
      invalid_argument: [400, GRPC_CODES[3]],
      deadline_exceeded: [504, GRPC_CODES[4]],
      not_found: [404, GRPC_CODES[5]],
      already_exists: [409, GRPC_CODES[6]],
      permission_denied: [403, GRPC_CODES[7]],
      resource_exhausted: [429, GRPC_CODES[8]],
      failed_precondition: [400, GRPC_CODES[9]],
      aborted: [409, GRPC_CODES[10]],
      out_of_range: [400, GRPC_CODES[11]],
      unimplemented: [501, GRPC_CODES[12]],
      internal: [500, GRPC_CODES[13]],
      unavailable: [503, GRPC_CODES[14]],
      data_loss: [500, GRPC_CODES[15]],
      unauthenticated: [401, GRPC_CODES[16]],
    } as const,
  ).map(([code, [status, expect]]): Answer =>
    connectError(`${idOf(expect ?? "")}${code}`, status, JSON.stringify({ code, message: "why" }), expect ?? "")
  ),
  connectError("a code that Connect lacks", 503, '{"code":"gone"}', "failed unavailable"),
  connectError("a JSON error of something else", 404, '{"error":"no route"}', "UNKNOWN health_unimplemented"),
  connectError("an error of broken JSON", 429, '{"code":"unavail', "failed overloaded"),
  connectError("an error that is no object", 401, '"denied"', "UNKNOWN probe_denied"),
  connectError(
    "an error over 64 KiB",
    503,
    `{"code":"not_found","message":"${"x".repeat(70_000)}"}`,
    "failed unavailable",
  ),
  {
    ...connectError("a redirect before its error", 302, '{"code":"unavailable"}', "failed protocol_mismatch"),
  },
];

function connectError(name: string, status: number, body: string, expect: string): Answer {
  return { name, status, headers: { "content-type": "application/json; charset=utf-8" }, body: text(body), expect };
}

function grpcWeb(name: string, body: Uint8Array<ArrayBuffer>, expect: string): Answer {
  return { name, headers: GRPC_WEB_HEADERS, body, expect };
}

function trailersOnly(name: string, headers: Readonly<Record<string, string>>, expect: string): Answer {
  return { name, headers: { ...GRPC_WEB_HEADERS, ...headers }, expect };
}

function mismatches(bodies: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Answer[] {
  return Object.entries(bodies).map(([name, body]) => grpcWeb(`G2: ${name}`, body, "failed protocol_mismatch"));
}

/** The checklist id of a gRPC code or of what is expected. */
function idOf(codeOrExpect: string): string {
  if (codeOrExpect === "5" || codeOrExpect === GRPC_CODES[5]) return "P10: ";
  if (codeOrExpect === "12" || codeOrExpect === GRPC_CODES[12]) return "P9: ";
  if (codeOrExpect === "UNKNOWN status_unknown") return "P7, P8: ";
  return codeOrExpect === "failed protocol_mismatch" ? "G2: " : "";
}

function frame(payload: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> {
  const length = payload.length;
  return bytes([flags, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255], payload);
}

function trailer(block: string): Uint8Array<ArrayBuffer> {
  return frame(text(block), 0x80);
}

function text(data: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(data);
}

function bytes(...parts: readonly Iterable<number>[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
