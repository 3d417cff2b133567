/**
 * The base64 form of gRPC-web, for clients that cannot read binary streams: connect-es serves the binary form only.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md#protocol-differences-vs-grpc-over-http2
 */

/** Whether a content type is the base64 form, messages being protobuf. */
export function isGrpcWebText(contentType: string): boolean {
  return /^application\/grpc-web-text(?:\+proto)?$/i.test(contentType);
}

/** The content type of the same request in the binary form. */
export const BINARY_CONTENT_TYPE = "application/grpc-web+proto";

/**
 * Decode a request body: one or several padded base64 texts, one after the other.
 *
 * @returns undefined when it is no base64; white space around it is let pass.
 */
export function decodeText(body: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const text = new TextDecoder().decode(body).trim();
  const parts = text.match(/[^=]+={0,2}/g) ?? [];
  if (!/^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)*$/.test(text)) return undefined;
  return Uint8Array.from(parts.map((part) => atob(part)).join(""), (char) => char.charCodeAt(0));
}

/** Turn a binary answer into its base64 form, chunk by chunk: each is padded on its own, so that none waits for the next. */
export function textResponse(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("content-type", "application/grpc-web-text+proto");
  headers.delete("content-length");
  const encode = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => controller.enqueue(encodeText(chunk)),
  });
  return new Response(response.body?.pipeThrough(encode) ?? null, { status: response.status, headers });
}

function encodeText(chunk: Uint8Array): Uint8Array {
  return new TextEncoder().encode(btoa(Array.from(chunk, (byte) => String.fromCharCode(byte)).join("")));
}
