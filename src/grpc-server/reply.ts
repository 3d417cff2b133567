import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";

/** An answer known at once: one message, and OK. */
export function replyWhole(stream: ServerHttp2Stream, body: Uint8Array): void {
  begin(stream, { ":status": 200, "content-type": "application/grpc+proto" }, () => OK);
  stream.end(body);
}

/** An answer without a message, and why. */
export function replyError(stream: ServerHttp2Stream, code: number, message: string): void {
  stream.respond({
    ":status": 200,
    "content-type": "application/grpc+proto",
    "grpc-status": String(code),
    "grpc-message": encodeURIComponent(message),
  }, { endStream: true });
  leave(stream);
}

/** An answer in plain HTTP, to who does not speak gRPC. */
export function replyBare(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  stream.respond(headers, { endStream: true });
  leave(stream);
}

/**
 * Send an answer of connect-es as its messages come, no faster than the caller takes them; resolves when the last was
 * taken over by the stream, or the caller has gone. The answer's iterator is always closed.
 */
export async function reply(stream: ServerHttp2Stream, answer: UniversalServerResponse): Promise<void> {
  const { status, header, body, trailer } = answer;
  const headers = { ":status": status, ...Object.fromEntries(header ?? []) };
  if (body === undefined) return isGone(stream) ? undefined : replyBare(stream, headers);
  // What the trailers say is known only when the last message is sent.
  if (!isGone(stream)) begin(stream, headers, () => Object.fromEntries(trailer ?? []));
  for await (const chunk of body) {
    if (isGone(stream)) break;
    if (!stream.write(chunk)) await drained(stream);
  }
  if (!isGone(stream)) stream.end();
}

/** Whether nobody can be answered on it any more. */
export function isGone(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed;
}

const OK = { "grpc-status": "0" };

function begin(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders, trailers: () => OutgoingHttpHeaders): void {
  stream.respond(headers, { waitForTrailers: true });
  stream.once("wantTrailers", () => {
    if (isGone(stream)) return;
    stream.sendTrailers(trailers());
    leave(stream);
  });
}

/** Once all is said, what the caller may still send is not waited for (RFC 9113 §8.1). */
function leave(stream: ServerHttp2Stream): void {
  if (!stream.readableEnded) setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
}

function drained(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off("drain", settle);
      stream.off("close", settle);
      resolve();
    };
    stream.on("drain", settle);
    stream.on("close", settle);
  });
}
