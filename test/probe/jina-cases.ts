import type { Upstream } from "../../src/core/registry.ts";
import type { WsSocket } from "../support/ws.ts";

/** An answer of a Jina upstream over HTTP, and what a probe makes of it. */
export interface JinaHttpCase {
  readonly name: string;
  readonly upstream?: Partial<Upstream>;
  /** Default: 200. */
  readonly status?: number;
  readonly body: string;
  /** As `brief` says it. */
  readonly expect: string;
  /** The upstream's words, where they matter. */
  readonly message?: string;
}

const DOWN = {
  code: 1,
  description: "InternalNetworkError: executor0 is down",
  exception: { name: "InternalNetworkError", args: ["executor0 is down"], stacks: [], executor: "" },
};
const EXECUTOR = { kind: "executor" } as const;

export const JINA_HTTP_CASES: readonly JinaHttpCase[] = [
  { name: "ready", body: '{"code":0,"description":"","exception":null}', expect: "SERVING" },
  { name: "ready, said with 503", status: 503, body: '{"code":0,"description":""}', expect: "SERVING" },
  { name: "ready, in a word", body: '{"code":0}', expect: "SERVING" },
  { name: "down", body: JSON.stringify(DOWN), expect: "NOT_SERVING", message: DOWN.description },
  { name: "down, said with 503", status: 503, body: JSON.stringify(DOWN), expect: "NOT_SERVING" },
  {
    name: "down, without a description",
    body: JSON.stringify({ ...DOWN, description: "" }),
    expect: "NOT_SERVING",
    message: "executor0 is down",
  },
  {
    name: "down, without words",
    body: '{"code":1,"description":"","exception":{"name":"InternalNetworkError","args":[]}}',
    expect: "NOT_SERVING",
    message: "InternalNetworkError",
  },
  { name: "down, in a word", body: '{"code":1}', expect: "NOT_SERVING", message: "code 1" },
  { name: "J9: not found", status: 404, body: '{"detail":"Not Found"}', expect: "UNKNOWN health_unimplemented" },
  {
    name: "another server's code of an error",
    status: 404,
    body: '{"code":5,"message":"Not Found","details":[]}',
    expect: "UNKNOWN health_unimplemented",
  },
  { name: "another server's code of a failure", status: 503, body: '{"code":0}', expect: "failed unavailable" },
  { name: "J9: 503", status: 503, body: "busy", expect: "failed unavailable" },
  { name: "J9: 504", status: 504, body: "", expect: "failed timeout" },
  { name: "401", status: 401, body: "{}", expect: "UNKNOWN probe_denied" },
  { name: "J9: a page", body: "<html>", expect: "failed protocol_mismatch", message: "body that is no dry run" },
  { name: "a code in words", body: '{"code":"0","description":""}', expect: "failed protocol_mismatch" },
  { name: "no code", body: "{}", expect: "failed protocol_mismatch" },
  { name: "null", body: "null", expect: "failed protocol_mismatch" },
  { name: "too long", body: `{"code":0,"x":"${"x".repeat(65_536)}"}`, expect: "failed protocol_mismatch" },
  { name: "an executor", upstream: EXECUTOR, body: "{}", expect: "SERVING" },
  { name: "an executor, 201", upstream: EXECUTOR, status: 201, body: "{}", expect: "failed protocol_mismatch" },
  { name: "an executor, 404", upstream: EXECUTOR, status: 404, body: "{}", expect: "UNKNOWN health_unimplemented" },
  { name: "an executor, 503", upstream: EXECUTOR, status: 503, body: "{}", expect: "failed unavailable" },
];

/** What a gateway does to a WebSocket, and what a probe makes of it. */
export interface JinaWebSocketCase {
  readonly name: string;
  readonly act: (socket: WsSocket) => void;
  readonly expect: string;
  readonly message?: string;
}

export const JINA_WEBSOCKET_CASES: readonly JinaWebSocketCase[] = [
  { name: "J6: no bytes", act: (socket) => socket.send(new Uint8Array()), expect: "SERVING" },
  {
    name: "an error in bytes",
    act: (socket) => socket.send(Uint8Array.of(8, 1, 18, 1, 97)),
    expect: "NOT_SERVING",
    message: "a",
  },
  { name: "other bytes", act: (socket) => socket.send(Uint8Array.of(0xff)), expect: "failed protocol_mismatch" },
  { name: "J6: {}", act: (socket) => socket.send("{}"), expect: "SERVING" },
  { name: "a code that is a name", act: (socket) => socket.send('{"code":"SUCCESS"}'), expect: "SERVING" },
  {
    name: "an error by name",
    act: (socket) => socket.send('{"code":"ERROR","description":"no"}'),
    expect: "NOT_SERVING",
    message: "no",
  },
  {
    name: "an error by number",
    act: (socket) => socket.send('{"code":1,"exception":{"args":["a","b"]}}'),
    expect: "NOT_SERVING",
    message: "a; b",
  },
  { name: "other JSON", act: (socket) => socket.send('{"code":"MEH"}'), expect: "failed protocol_mismatch" },
  { name: "other text", act: (socket) => socket.send("hello"), expect: "failed protocol_mismatch" },
  {
    name: "a ping before the message",
    act: (socket) => {
      socket.ping();
      socket.send("{}");
    },
    expect: "SERVING",
  },
  {
    name: "J6: close 1011",
    act: (socket) => socket.close(1011, "It may be down."),
    expect: "NOT_SERVING",
    message: "It may be down.",
  },
  {
    name: "close 1011 without a reason",
    act: (socket) => socket.close(1011),
    expect: "failed unavailable",
    message: "closed with 1011",
  },
  {
    name: "close 1013",
    act: (socket) => socket.close(1013, "later"),
    expect: "failed unavailable",
    message: "closed with 1013: later",
  },
  { name: "close without a code", act: (socket) => socket.close(), expect: "failed unavailable" },
  { name: "no close at all", act: (socket) => socket.terminate(), expect: "failed unavailable" },
  { name: "too long", act: (socket) => socket.send(new Uint8Array(65_537)), expect: "failed protocol_mismatch" },
  {
    name: "as long as may be",
    act: (socket) => socket.send(new Uint8Array([18, 0xfc, 0xff, 3, ...new Uint8Array(65_532)])),
    expect: "SERVING",
  },
];
