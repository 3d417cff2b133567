import { endpointOf } from "../../core/endpoint.ts";
import type { Upstream } from "../../core/registry.ts";
import { grpcTimeout } from "../../wire/grpc-timeout.ts";
import { encodeFrame as encodeMessage } from "../../wire/grpc-web.ts";
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
  return {
    block: blockOf(upstream, call),
    body: encodeMessage(call.message, call.isCompressed ? "compressed" : "message"),
  };
}

/**
 * The field block of each upstream's last call, for the next one's is the same: coding it would be a fifth of what a call costs.
 * Nothing in it belongs to a request of the platform's, so that an isolate may keep it.
 */
const lastBlocks = new WeakMap<Upstream, { readonly asked: string; readonly block: Uint8Array }>();

function blockOf(upstream: Upstream, call: Call): Uint8Array {
  const asked = JSON.stringify([call.path, call.timeoutMs, call.headers]);
  const last = lastBlocks.get(upstream);
  if (last?.asked === asked) return last.block;
  const block = encodeBlock(upstream, call);
  lastBlocks.set(upstream, { asked, block });
  return block;
}

function encodeBlock(upstream: Upstream, call: Call): Uint8Array {
  const { host, pathname } = new URL(upstream.url);
  const fields: HeaderField[] = [
    [":method", "POST"],
    [":scheme", endpointOf(upstream.url).isTls ? "https" : "http"],
    [":path", `${pathname.replace(/\/$/, "")}${call.path}`],
    [":authority", upstream.authority ?? host],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
  ];
  if (call.timeoutMs !== undefined) fields.push(["grpc-timeout", grpcTimeout(call.timeoutMs)]);
  // Any of the operator's own headers may be a secret.
  const encoded = encodeHeaders(fields, Object.entries(call.headers));
  const block = new Uint8Array(1 + encoded.length);
  block[0] = EMPTY_TABLE;
  block.set(encoded, 1);
  return block;
}

/**
 * A size update to 0 (RFC 7541 §6.3): we put nothing into the peer's table, and a peer whose settings make it smaller waits for us to
 * say so (§4.2). It may be said before every block.
 */
const EMPTY_TABLE = 0x20;
