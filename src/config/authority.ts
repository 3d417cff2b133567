import { type Field, refuse } from "./field.ts";
import { isPlaintextGrpc, type Manner } from "./manner.ts";
import { readText } from "./read.ts";

/**
 * Read what an upstream is told it is called, instead of its URL's host: `host` or `host:port`.
 *
 * A Worker's `fetch` takes the host from the URL alone; only over a TCP connection of our own is it ours to write.
 */
export function readAuthority(field: Field, manner: Manner): string | undefined {
  const authority = readText(field);
  if (authority === undefined) return undefined;
  if (manner.platform === "workers" && isPlaintextGrpc(manner) === false) {
    refuse(field, "a Worker can send it in native gRPC without TLS only", "remove it, or use grpc://");
  }
  const port = /:([^:\]]*)$/.exec(authority)?.[1];
  const isPort = port === undefined || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535);
  const isHost = !/[\s/?#@\\]/.test(authority) && URL.canParse(`http://${authority}`);
  return isPort && isHost ? authority : refuse(field, "no host", "write host or host:port, as checkout.internal:8443");
}
