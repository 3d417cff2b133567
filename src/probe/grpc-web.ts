import { decodeFrames, decodeTrailer, encodeFrame, grpcStatus } from "../wire/grpc-web.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest } from "../wire/health.ts";
import { grpcVerdict, mismatch, servingVerdict, type Verdict } from "./verdict.ts";
import { checkUrl, probeHeaders, readBody, statusVerdict, TOO_LONG, type Way } from "./way.ts";

/**
 * Unary `grpc.health.v1.Health/Check` over gRPC-web, binary.
 *
 * The content type is the bare one: Cloudflare's conversion to native gRPC keeps a `+proto` suffix, and some origins
 * refuse `application/grpc+proto`. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 */
export const GRPC_WEB: Way = {
  request: (target, timeoutMs) => ({
    url: checkUrl(target.upstream),
    headers: probeHeaders(target.upstream, {
      "content-type": "application/grpc-web",
      "accept": "application/grpc-web",
      "x-grpc-web": "1",
      "grpc-timeout": grpcTimeout(timeoutMs),
    }),
    body: encodeFrame(encodeHealthCheckRequest(target.service)),
  }),

  async judge(response) {
    if (response.status !== 200) {
      return statusVerdict(response, grpcStatus(null, response.headers.get("grpc-message")).message);
    }
    const contentType = response.headers.get("content-type") ?? "";
    if (!CONTENT_TYPE.test(contentType)) return mismatch(`content-type ${JSON.stringify(contentType)}`);
    const body = await readBody(response);
    return body === undefined ? TOO_LONG : judgeBody(body, response.headers);
  },
};

const CONTENT_TYPE = /^application\/grpc-web(?:\+proto)?\s*(?:;|$)/i;

/** At most eight digits: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
function grpcTimeout(timeoutMs: number): string {
  return `${Math.min(99_999_999, Math.max(1, Math.ceil(timeoutMs)))}m`;
}

/** A trailer frame speaks last; without one, the headers of a trailers-only reply do. */
function judgeBody(body: Uint8Array, headers: Headers): Verdict {
  const frames = decodeFrames(body);
  if (frames === undefined) return mismatch("truncated frame, or bytes that are none");
  if (frames.some((frame) => frame.isCompressed)) return mismatch("compressed frame");
  const trailerAt = frames.findIndex((frame) => frame.isTrailer);
  if (trailerAt >= 0 && trailerAt !== frames.length - 1) return mismatch("data after the trailer");
  const trailer = frames[trailerAt];
  const { code, message } = trailer === undefined
    ? grpcStatus(headers.get("grpc-status"), headers.get("grpc-message"))
    : decodeTrailer(trailer.payload);
  if (code === undefined) return mismatch(trailer === undefined ? "no trailer" : "trailer without a grpc-status");
  if (code !== 0) return grpcVerdict(code, message);
  const messages = frames.filter((frame) => !frame.isTrailer);
  if (messages.length > 1) return mismatch(`${messages.length} messages in answer to one`);
  // OK without a message reads as an empty one: a server that says nothing of its status.
  const status = decodeHealthCheckResponse(messages[0]?.payload ?? new Uint8Array());
  return status === undefined ? mismatch("message that is no HealthCheckResponse") : servingVerdict(status);
}
