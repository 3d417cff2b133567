import type { CallReply, UnaryCall } from "../../probe/grpc/call.ts";
import type { GrpcClient } from "../../probe/grpc/client.ts";
import { decodeFrames, encodeFrame } from "../../wire/grpc-web.ts";
import { readBounded } from "../../wire/read-bounded.ts";

/**
 * Let a client compress what it sends and take compressed answers: https://github.com/grpc/grpc/blob/master/doc/compression.md
 *
 * An answer in another encoding stays as it came.
 */
export function gzipped(client: GrpcClient): GrpcClient {
  return {
    ...client,
    async unary(upstream, call) {
      const result = await client.unary(upstream, await compressed(call));
      return result.kind === "reply" ? await decompressed(result) : result;
    },
  };
}

/** Longest message of an answer, in bytes; a health answer has a few. */
const MESSAGE_MAX_BYTES = 65_536;

async function compressed(call: UnaryCall): Promise<UnaryCall> {
  const message = new Uint8Array(
    await new Response(streamOf(call.message).pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
  );
  const headers = { ...call.headers, "grpc-encoding": "gzip", "grpc-accept-encoding": "gzip" };
  return { ...call, headers, message, isCompressed: true };
}

async function decompressed(reply: CallReply): Promise<CallReply> {
  const frames = reply.headers.get("grpc-encoding") === "gzip" ? decodeFrames(reply.body) ?? [] : [];
  const [frame] = frames;
  if (frames.length !== 1 || frame === undefined || !frame.isCompressed) return reply;
  const message = await readBounded(
    streamOf(frame.payload).pipeThrough(new DecompressionStream("gzip")),
    MESSAGE_MAX_BYTES,
  );
  return message === undefined ? reply : { ...reply, body: encodeFrame(message) };
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([new Uint8Array(bytes)]).stream();
}
