import { Code, ConnectError } from "@connectrpc/connect";
import type { Load } from "../core/report.ts";
import { callFor, tooLong } from "./call-for.ts";
import type { CallerReading } from "./caller.ts";
import { type ConnectRpc, createConnectRpcs } from "./connect.ts";
import { errorAnswer, methodNotAllowed } from "./error-answer.ts";
import { isMatch } from "./etag.ts";
import { BINARY_CONTENT_TYPE, decodeText, isGrpcWebText, textResponse } from "./grpc-web-text.ts";
import { hotCheck } from "./hot-check.ts";
import { CHECK_PATH } from "./plain-check.ts";
import { bodyMaxBytes, readBody } from "./read-body.ts";
import type { RpcCall, RpcRequest } from "./rpc-call.ts";
import type { SurfaceSettings } from "./settings.ts";

/** One RPC as HTTP requests reach it, in every protocol served. */
export interface Rpc {
  readonly path: string;
  answer(request: Request, load: Load): Promise<Response>;
}

/** All RPCs, built once. */
export function createRpcs(
  settings: SurfaceSettings,
  readCaller: (request: Request) => CallerReading,
): readonly Rpc[] {
  return createConnectRpcs(settings).map((rpc) => ({
    path: rpc.path,
    answer: async (request, load) => {
      // Hono asks GET handlers for HEAD, and drops the body.
      const method = request.method === "HEAD" ? "GET" : request.method;
      if (!rpc.methods.includes(method)) return methodNotAllowed(request.method, rpc.methods);
      const call = callFor(readCaller(request), load, settings.leaving);
      return await (method === "GET" ? answerGet(rpc, request, call) : answerPost(rpc, request, call));
    },
  }));
}

async function answerPost(rpc: ConnectRpc, request: Request, call: RpcCall): Promise<Response> {
  const contentType = request.headers.get("content-type") ?? "";
  const isText = isGrpcWebText(contentType);
  if (isNativeGrpc(contentType)) return nativeGrpcAnswer();
  if (!isText && !rpc.takes(contentType)) return unsupportedAnswer();
  const maxBytes = bodyMaxBytes(rpc.path, call.caller.role);
  const raw = await readBody(request, maxBytes);
  const body = raw !== undefined && isText ? decodeText(raw) : raw;
  const sent = {
    method: "POST",
    url: request.url,
    headers: isText ? binaryHeaders(request.headers) : request.headers,
    body: body ?? new Uint8Array(),
  };
  const unreadable = body === undefined ? { refusal: raw === undefined ? tooLong(maxBytes) : notBase64() } : {};
  const answer = await answerBinary(rpc, sent, { ...unreadable, ...call });
  return isText ? textResponse(answer) : answer;
}

async function answerBinary(rpc: ConnectRpc, sent: RpcRequest, call: RpcCall): Promise<Response> {
  if (rpc.path !== CHECK_PATH) return await answerByConnect(rpc, sent, call);
  // A name that is not served shows only in the report; connect-es then answers from the same one.
  const once = { ...call, load: loadOnce(call.load) };
  return await hotCheck(sent, once) ?? await answerByConnect(rpc, sent, once);
}

function loadOnce(load: Load): Load {
  let loaded: ReturnType<Load> | undefined;
  return (options) => loaded ??= load(options);
}

async function answerByConnect(rpc: ConnectRpc, sent: RpcRequest, call: RpcCall): Promise<Response> {
  const answer = await rpc.answer(sent, call);
  return answer.status === 415 ? unsupportedAnswer() : answer;
}

/** A Connect GET, for RPCs without side effects; kept and revalidated like any other GET. */
async function answerGet(rpc: ConnectRpc, request: Request, call: RpcCall): Promise<Response> {
  const { url, headers } = request;
  const sent = { method: "GET", url, headers, body: new Uint8Array() };
  const answer = await rpc.answer(sent, call);
  if (answer.status === 415) return unsupportedAnswer();
  const etag = answer.headers.get("etag");
  if (answer.status === 200 && etag !== null && isMatch(headers.get("if-none-match"), etag)) {
    for (const name of ["content-type", "content-length"]) answer.headers.delete(name);
    return new Response(null, { status: 304, headers: answer.headers });
  }
  if (etag === null) answer.headers.set("cache-control", "no-store");
  return answer;
}

function binaryHeaders(headers: Headers): Headers {
  const binary = new Headers(headers);
  binary.set("content-type", BINARY_CONTENT_TYPE);
  return binary;
}

function notBase64(): ConnectError {
  return new ConnectError("request body is not base64, as application/grpc-web-text must be", Code.InvalidArgument);
}

function isNativeGrpc(contentType: string): boolean {
  return /^application\/grpc(?:\+[^;]*)?\s*(?:;|$)/i.test(contentType);
}

const ALTERNATIVES =
  "use gRPC-web (application/grpc-web, application/grpc-web-text), Connect (application/proto, application/json; " +
  "streams application/connect+proto, application/connect+json), Connect GET with ?encoding=json&message={}, " +
  "or plain HTTP: GET /dry_run, GET /health";

function unsupportedAnswer(): Response {
  return errorAnswer(415, `Cannot read this request's content type or encoding: ${ALTERNATIVES}`);
}

/** The HTTP status is what proxies look at, the gRPC status (12, UNIMPLEMENTED) what a gRPC client shows its user. */
function nativeGrpcAnswer(): Response {
  const message = `Cannot answer native gRPC here: ${ALTERNATIVES}`;
  return errorAnswer(415, message, { "grpc-status": "12", "grpc-message": encodeURIComponent(message) });
}
