import { endpointOf } from "../core/endpoint.ts";
import { grpcStatus } from "../wire/grpc-web.ts";
import { HOPS_HEADER } from "../wire/hops.ts";
import { COMMON } from "./exchange.ts";
import { askGrpcWeb } from "./grpc-web.ts";
import type { CallReply, CallReset } from "./grpc/call.ts";
import type { Method } from "./health-method.ts";
import { framesOf, judgeCall } from "./judge-call.ts";
import { grpcVerdict, httpVerdict, mismatch, type Verdict } from "./verdict.ts";
import type { Asking } from "./way.ts";

/**
 * Ask a unary method over native gRPC: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 *
 * Over TLS on Workers, whose sockets have no ALPN, it leaves as gRPC-web for Cloudflare's edge to convert.
 */
export async function askGrpc(asking: Asking, method: Method): Promise<Verdict> {
  const { target: { upstream, service }, network, hops, timeoutMs, signal, isFresh } = asking;
  if (network.convertsGrpcWeb && endpointOf(upstream.url).isTls) return await askGrpcWeb(asking, method, "convert");
  const result = await asking.grpc.unary(upstream, {
    path: method.path,
    headers: { "user-agent": COMMON["user-agent"], ...upstream.headers, [HOPS_HEADER]: String(hops + 1) },
    message: method.encode(service),
    timeoutMs,
    signal,
    isFresh,
  });
  if (result.kind === "fault") return { ...result, kind: "failed" };
  return result.kind === "reply" ? judge(result, method) : resetVerdict(result);
}

/** A stream that was broken off is HTTP/2's word, not gRPC's: it does not tell who speaks gRPC. */
function resetVerdict({ code, message }: CallReset): Verdict {
  const { isFramed: _, ...verdict } = grpcVerdict(code, message);
  return verdict;
}

const CONTENT_TYPE = /^application\/grpc(?:\+proto)?\s*(?:;|$)/i;

function judge({ httpStatus, headers, body, trailers }: CallReply, method: Method): Verdict {
  const status = grpcStatus(trailers.get("grpc-status"), trailers.get("grpc-message"));
  if (httpStatus !== 200) return httpVerdict(httpStatus, status.message);
  const contentType = headers.get("content-type") ?? "";
  // grpclib refuses a method it has not by headers alone, without a content type.
  const isRefusal = contentType === "" && headers.has("grpc-status");
  if (!isRefusal && !CONTENT_TYPE.test(contentType)) return mismatch(`content-type ${JSON.stringify(contentType)}`);
  const frames = framesOf(body);
  if (typeof frames === "string") return mismatch(frames);
  return judgeCall(frames, trailers.has("grpc-status") ? status : undefined, method);
}
