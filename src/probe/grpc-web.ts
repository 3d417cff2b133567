import { grpcTimeout } from "../wire/grpc-timeout.ts";
import { encodeFrame, grpcStatus } from "../wire/grpc-web.ts";
import { decodeReply, GRPC_WEB_CONTENT_TYPE } from "../wire/grpc-web-reply.ts";
import { exchange, methodUrl, probeHeaders, type Question, readBody, statusVerdict, TOO_LONG } from "./exchange.ts";
import type { Method } from "./health-method.ts";
import { judgeCall } from "./judge-call.ts";
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

async function judge(response: Response, method: Method): Promise<Verdict> {
  if (response.status !== 200) {
    return statusVerdict(response, grpcStatus(null, response.headers.get("grpc-message")).message);
  }
  const contentType = response.headers.get("content-type") ?? "";
  if (!GRPC_WEB_CONTENT_TYPE.test(contentType)) return mismatch(`content-type ${JSON.stringify(contentType)}`);
  const body = await readBody(response);
  if (body === undefined) return TOO_LONG;
  const reply = decodeReply(body, response.headers);
  return typeof reply === "string" ? mismatch(reply) : judgeCall(reply.messages, reply.status, method);
}
