import { createConnectRouter } from "@connectrpc/connect";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import { BODY_MAX_BYTES } from "../surface/read-body.ts";
import { streamedResponse } from "../surface/streamed-response.ts";
import { withoutFarTimeouts } from "../surface/timeout.ts";
import { connectHealth } from "./connect.ts";
import { plainAnswer } from "./plain-answer.ts";
import type { ServerHealth } from "./server-health.ts";

/**
 * `grpc.health.v1.Health` for a server that answers fetch requests: Hono, Deno, Workers.
 *
 * Requests for its RPCs, under any prefix, are answered in gRPC-web and Connect. Every other GET or HEAD is 200 when
 * serving, else 503, of the service that `?service=` names (default: the server as a whole), and 404 when there is none.
 */
export function fetchHealth(health: ServerHealth): (request: Request) => Promise<Response> {
  // The trailers of native gRPC cannot travel in a fetch response.
  const router = createConnectRouter({ grpc: false, readMaxBytes: BODY_MAX_BYTES });
  connectHealth(health)(router);
  return async (request) => {
    const { pathname } = new URL(request.url);
    const handler = router.handlers.find(({ requestPath }) => pathname.endsWith(requestPath));
    if (handler === undefined) return await plainAnswer(health, request);
    const { method, url, headers, body } = request;
    const asked = {
      httpVersion: "",
      method,
      url,
      header: withoutFarTimeouts(headers),
      body: body ?? createAsyncIterable<Uint8Array>([]),
    };
    return await streamedResponse((signal) => handler({ ...asked, signal }));
  };
}
