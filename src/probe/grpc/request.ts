import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import { encodeFrame as encodeMessage } from "../../wire/grpc-web.ts";
import { grpcTimeout } from "../judge-call.ts";
import type { Call } from "./call.ts";
import type { HeaderField } from "./header-field.ts";
import { encodeHeaders } from "./hpack-encode.ts";

/** What goes out on a stream. */
export interface Request {
  /** The field block. */
  readonly block: Uint8Array;
  /** The message behind its five-byte prefix; never empty. */
  readonly body: Uint8Array;
}

/** Put a call into a request: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
export function encodeRequest(upstream: Upstream, call: Call): Request {
  const { host, pathname } = new URL(upstream.url);
  const fields: HeaderField[] = [
    [":method", "POST"],
    [":scheme", endpointOf(upstream.url).isTls ? "https" : "http"],
    [":path", `${pathname.replace(/\/$/, "")}${call.path}`],
    [":authority", upstream.authority ?? host],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ...(call.timeoutMs === undefined ? [] : [["grpc-timeout", grpcTimeout(call.timeoutMs)]] satisfies HeaderField[]),
  ];
  // Any of the operator's own headers may be a secret.
  const encoded = encodeHeaders(fields, Object.entries(call.headers));
  const block = new Uint8Array(1 + encoded.length);
  block[0] = EMPTY_TABLE;
  block.set(encoded, 1);
  return { block, body: encodeMessage(call.message) };
}

/**
 * A size update to 0 (RFC 7541 §6.3): we put nothing into the peer's table, and a peer whose settings make it smaller waits for us to
 * say so (§4.2). It may be said before every block.
 */
const EMPTY_TABLE = 0x20;
