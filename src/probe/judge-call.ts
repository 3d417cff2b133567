import { decodeFrames, type Frame, type GrpcStatus } from "../wire/grpc-web.ts";
import type { Method } from "./health-method.ts";
import { grpcVerdict, mismatch, type Verdict } from "./verdict.ts";

/**
 * Judge how a unary call ended, in gRPC or gRPC-web.
 *
 * @param messages The frames of its body, less a trailer frame.
 * @param status Undefined when the answer had no place to tell one.
 */
export function judgeCall(messages: readonly Frame[], status: GrpcStatus | undefined, method: Method): Verdict {
  if (messages.some((frame) => frame.isCompressed)) return mismatch("compressed frame");
  if (status?.code === undefined) {
    return mismatch(status === undefined ? "no trailer" : "trailer without a grpc-status");
  }
  if (status.code !== 0) return grpcVerdict(status.code, status.message);
  if (messages.length > 1) return mismatch(`${messages.length} messages in answer to one`);
  if (messages.length === 0 && method.needsMessage) return mismatch("OK without a message");
  // OK without a message reads as an empty one: a server that says nothing of its status.
  return method.judge(messages[0]?.payload ?? new Uint8Array());
}

/** Split a body into frames; a text tells why that fails. */
export function framesOf(body: Uint8Array): readonly Frame[] | string {
  return decodeFrames(body) ?? "truncated frame, or bytes that are none";
}
