import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import type { RpcRequest } from "./rpc-call.ts";

/**
 * Whether the message of a Connect unary request, POST or GET, can be decoded; true for whatever is none.
 *
 * connect-es answers bytes it cannot decode with `internal` and HTTP 500, as if the fault were the server's. In gRPC-web
 * that is the custom, but an HTTP status is judged by proxies and monitors.
 */
export function isReadable(request: RpcRequest, input: DescMessage): boolean {
  try {
    const message = connectMessage(request);
    if (message !== undefined) fromBinary(input, message);
    return true;
  } catch {
    return false;
  }
}

/** The message of a binary Connect request. Throws when it is not the base64 it says it is. */
function connectMessage({ method, url, headers, body }: RpcRequest): Uint8Array | undefined {
  if (method !== "GET") {
    const isPlain = /^application\/proto$/i.test(headers.get("content-type") ?? "") && !headers.has("content-encoding");
    return isPlain ? body : undefined;
  }
  const query = new URL(url).searchParams;
  const text = query.get("message") ?? "";
  const message = query.get("base64") === "1" ? base64Decode(text) : new TextEncoder().encode(text);
  return query.get("encoding") === "proto" && !query.has("compression") ? message : undefined;
}
