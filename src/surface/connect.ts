import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import {
  createAsyncIterable,
  readAllBytes,
  type UniversalHandler,
  type UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { withCommonHeaders } from "./cors.ts";
import { isReadable } from "./readable.ts";
import { RPC_CALL, type RpcCall, type RpcRequest } from "./rpc-call.ts";
import { createRpcRouter } from "./rpc-router.ts";
import type { SurfaceSettings } from "./settings.ts";
import { streamedResponse } from "./streamed-response.ts";
import { withoutFarTimeouts } from "./timeout.ts";

/** One RPC as connect-es serves it, in gRPC-web (binary and JSON) and Connect. */
export interface ConnectRpc {
  readonly path: string;
  readonly methods: readonly string[];
  /** Whether a POST of this content type can be answered. */
  takes(contentType: string): boolean;
  answer(request: RpcRequest, call: RpcCall): Promise<Response>;
}

/** All RPCs. Native gRPC is left out: its trailers cannot travel in a fetch response. */
export function createConnectRpcs(settings: SurfaceSettings): readonly ConnectRpc[] {
  const router = createRpcRouter(settings, { grpc: false });
  return router.handlers.map((handler) => ({
    path: handler.requestPath,
    methods: handler.allowedMethods,
    takes: (contentType) => handler.supportedContentType(contentType),
    answer: async (request, call) => withCommonHeaders(await answerRpc(handler, request, call)),
  }));
}

async function answerRpc(handler: UniversalHandler, request: RpcRequest, call: RpcCall): Promise<Response> {
  const unreadable = isReadable(request, handler.method.input) ? {} : { refusal: cannotDecode() };
  const serve = (signal: AbortSignal) =>
    handler({
      httpVersion: "",
      method: request.method,
      url: request.url,
      header: withoutFarTimeouts(request.headers),
      body: createAsyncIterable(request.body.length === 0 ? [] : [request.body]),
      signal,
      contextValues: createContextValues().set(RPC_CALL, { ...unreadable, ...call }),
    });
  if (isStream(handler)) return await streamedResponse(serve);
  // A unary call answers within its deadline, whether or not somebody still listens.
  return await wholeResponse(await serve(new AbortController().signal));
}

function cannotDecode(): ConnectError {
  return new ConnectError("cannot decode the request message: it is not base64, or not protobuf", Code.InvalidArgument);
}

function isStream({ method }: UniversalHandler): boolean {
  return method.methodKind !== "unary";
}

/** A small answer goes out in one piece, with its length known. */
async function wholeResponse({ status, header, body }: UniversalServerResponse): Promise<Response> {
  if (body === undefined) return new Response(null, { status, ...(header === undefined ? {} : { headers: header }) });
  const whole = await readAllBytes(body, Infinity);
  return new Response(new Uint8Array(whole), { status, ...(header === undefined ? {} : { headers: header }) });
}
