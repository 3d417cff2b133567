import assert from "node:assert/strict";
import type { CallResult } from "../../src/probe/grpc/call.ts";
import { askGrpc } from "../../src/probe/grpc.ts";
import { CHECK } from "../../src/probe/health-method.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import { encodeFrame } from "../../src/wire/grpc-web.ts";
import { encodeHealthCheckResponse } from "../../src/wire/health.ts";
import { brief } from "./answers.ts";
import { targetOf } from "./target.ts";

const MESSAGE = encodeFrame(encodeHealthCheckResponse(1));
const GRPC = { "content-type": "application/grpc" };
const OK = { "grpc-status": "0" };

function reply(
  httpStatus: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  trailers: Readonly<Record<string, string>>,
): CallResult {
  return {
    kind: "reply",
    httpStatus,
    headers: new Map(Object.entries(headers)),
    body,
    trailers: new Map(Object.entries(trailers)),
  };
}

function trailersOnly(headers: Readonly<Record<string, string>>): CallResult {
  return reply(200, headers, new Uint8Array(), headers);
}

/** What a probe makes of how a call ended. */
async function judged(result: CallResult): Promise<string> {
  const network = createDenoNetwork();
  const grpc = { unary: () => Promise.resolve(result), stream: () => Promise.resolve(result), close: () => {} };
  const signal = new AbortController().signal;
  const target = targetOf({ url: "grpc://a.example:1", protocol: "grpc" });
  return brief(await askGrpc({ target, timeoutMs: 1_500, signal, attempt: 0, hops: 0, network, grpc }, CHECK));
}

const CASES: readonly (readonly [what: string, result: CallResult, expect: string])[] = [
  ["a message and status 0", reply(200, GRPC, MESSAGE, OK), "SERVING"],
  ["another spelling of the type", reply(200, { "content-type": "application/grpc+proto" }, MESSAGE, OK), "SERVING"],
  ["no message and status 0", reply(200, GRPC, new Uint8Array(), OK), "UNKNOWN status_unknown"],
  ["trailers only", trailersOnly({ ...GRPC, "grpc-status": "5" }), "NOT_SERVING service_not_registered"],
  // As grpclib refuses a method it has not.
  ["trailers only, without a type", trailersOnly({ "grpc-status": "12" }), "UNKNOWN health_unimplemented"],
  ["no type and no status", trailersOnly({}), "failed protocol_mismatch"],
  ["no type, and a body", reply(200, {}, MESSAGE, OK), "failed protocol_mismatch"],
  ["gRPC-web", reply(200, { "content-type": "application/grpc-web" }, MESSAGE, OK), "failed protocol_mismatch"],
  ["a page", reply(200, { "content-type": "text/html" }, MESSAGE, {}), "failed protocol_mismatch"],
  ["a message and no status", reply(200, GRPC, MESSAGE, {}), "failed protocol_mismatch"],
  ["a status that is none", reply(200, GRPC, MESSAGE, { "grpc-status": "ok" }), "failed protocol_mismatch"],
  ["two messages", reply(200, GRPC, new Uint8Array([...MESSAGE, ...MESSAGE]), OK), "failed protocol_mismatch"],
  ["a bare 404", trailersOnlyOf(404), "UNKNOWN health_unimplemented"],
  ["a bare 503 with a grpc-status", reply(503, GRPC, new Uint8Array(), { "grpc-status": "5" }), "failed unavailable"],
  ["RST_STREAM ENHANCE_YOUR_CALM", { kind: "reset", code: 8, message: "calm" }, "failed overloaded"],
  ["RST_STREAM CANCEL", { kind: "reset", code: 1, message: "cancel" }, "failed rpc_error"],
  ["a fault", { kind: "fault", failure: "unavailable", message: "gone" }, "failed unavailable"],
];

function trailersOnlyOf(status: number): CallResult {
  return reply(status, {}, new Uint8Array(), {});
}

for (const [what, result, expect] of CASES) {
  Deno.test(`askGrpc() is ${expect} when it gets ${what}`, async () => {
    assert.equal(await judged(result), expect);
  });
}
