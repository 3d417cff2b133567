import { decodeFrames, decodeTrailer, type Frame, type GrpcStatus, grpcStatus } from "./grpc-web.ts";

/** What a whole gRPC-web body holds. */
export interface GrpcWebReply {
  readonly messages: readonly Frame[];
  /** How the call ended; undefined when neither body nor headers tell. */
  readonly status: GrpcStatus | undefined;
}

/** The content types of a reply in binary gRPC-web. */
export const GRPC_WEB_CONTENT_TYPE = /^application\/grpc-web(?:\+proto)?\s*(?:;|$)/i;

/**
 * Take a reply apart. A trailer frame speaks last; without one, the headers of a trailers-only reply do.
 *
 * @returns A text that tells why the bytes are no reply.
 */
export function decodeReply(body: Uint8Array, headers: Pick<Headers, "get">): GrpcWebReply | string {
  const frames = decodeFrames(body);
  if (frames === undefined) return "truncated frame, or bytes that are none";
  const trailerAt = frames.findIndex((frame) => frame.isTrailer);
  if (trailerAt >= 0 && trailerAt !== frames.length - 1) return "data after the trailer";
  if (frames.some((frame) => frame.isCompressed)) return "compressed frame";
  const trailer = frames[trailerAt];
  const status = trailer === undefined ? statusInHeaders(headers) : decodeTrailer(trailer.payload);
  return { messages: frames.filter((frame) => !frame.isTrailer), status };
}

function statusInHeaders(headers: Pick<Headers, "get">): GrpcStatus | undefined {
  const code = headers.get("grpc-status");
  return code === null ? undefined : grpcStatus(code, headers.get("grpc-message"));
}
