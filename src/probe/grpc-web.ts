import { decodeTrailer, encodeFrame, grpcStatus } from "../wire/grpc-web.ts";
import { exchange, methodUrl, probeHeaders, type Question, readBody, statusVerdict, TOO_LONG } from "./exchange.ts";
import type { Method } from "./health-method.ts";
import { framesOf, grpcTimeout, judgeCall } from "./judge-call.ts";
import { mismatch, type Verdict } from "./verdict.ts";
import type { Asking } from "./way.ts";

/**
 * Ask a unary method over gRPC-web, binary.
 *
 * The content type is the bare one: Cloudflare's conversion to native gRPC keeps a `+proto` suffix, and some origins
 * refuse `application/grpc+proto`. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 *
 * @param conversion `convert` lets Cloudflare's edge turn the call into native gRPC; elsewhere it stays gRPC-web.
 */
export function askGrpcWeb(asking: Asking, method: Method, conversion?: "convert"): Promise<Verdict> {
  const { target, timeoutMs } = asking;
  const question = (): Question => ({
    url: methodUrl(target.upstream, method.path),
    headers: probeHeaders(asking, {
      "content-type": "application/grpc-web",
      "accept": "application/grpc-web",
      "x-grpc-web": "1",
      "grpc-timeout": grpcTimeout(timeoutMs),
    }),
    body: encodeFrame(method.encode(target.service)),
    ...(conversion && { cf: { grpcWeb: conversion } }),
  });
  return exchange(asking, question, (response) => judge(response, method));
}

const CONTENT_TYPE = /^application\/grpc-web(?:\+proto)?\s*(?:;|$)/i;

async function judge(response: Response, method: Method): Promise<Verdict> {
  if (response.status !== 200) {
    return statusVerdict(response, grpcStatus(null, response.headers.get("grpc-message")).message);
  }
  const contentType = response.headers.get("content-type") ?? "";
  if (!CONTENT_TYPE.test(contentType)) return mismatch(`content-type ${JSON.stringify(contentType)}`);
  const body = await readBody(response);
  return body === undefined ? TOO_LONG : judgeBody(body, response.headers, method);
}

/** A trailer frame speaks last; without one, the headers of a trailers-only reply do. */
function judgeBody(body: Uint8Array, headers: Headers, method: Method): Verdict {
  const frames = framesOf(body);
  if (typeof frames === "string") return mismatch(frames);
  const trailerAt = frames.findIndex((frame) => frame.isTrailer);
  if (trailerAt >= 0 && trailerAt !== frames.length - 1) return mismatch("data after the trailer");
  const trailer = frames[trailerAt];
  if (trailer?.isCompressed) return mismatch("compressed frame");
  const code = headers.get("grpc-status");
  const inHeaders = code === null ? undefined : grpcStatus(code, headers.get("grpc-message"));
  const status = trailer === undefined ? inHeaders : decodeTrailer(trailer.payload);
  return judgeCall(frames.filter((frame) => !frame.isTrailer), status, method);
}
