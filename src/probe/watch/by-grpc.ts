import type { WatchEnd } from "../../ports.ts";
import { grpcStatus } from "../../wire/grpc-web.ts";
import { HOPS_HEADER } from "../../wire/hops.ts";
import { COMMON } from "../exchange.ts";
import type { ReplyHead } from "../grpc/call.ts";
import { createGrpcClient } from "../grpc/client.ts";
import { CHECK } from "../health-method.ts";
import { createHearing, endOf, endOfHttp, WATCH_PATH, type Watching } from "./hear.ts";

/** Follow a Watch stream over native gRPC, on a connection of its own. May reject with what the platform throws. */
export async function watchByGrpc({ target, network, clock, signal, onStatus }: Watching): Promise<WatchEnd> {
  const { upstream, service } = target;
  const client = createGrpcClient({ ...network, clock });
  const done = new AbortController();
  let end: WatchEnd | undefined;
  // An envelope with flags is a compressed message here, and we did not ask for any.
  const hear = createHearing({ judge: CHECK.judge, codeOf: () => undefined }, onStatus);
  try {
    const result = await client.stream(upstream, {
      path: WATCH_PATH,
      headers: { "user-agent": COMMON["user-agent"], ...upstream.headers, [HOPS_HEADER]: "1" },
      message: CHECK.encode(service),
      signal: AbortSignal.any([signal, done.signal]),
      isFresh: false,
      onBody(bytes, head) {
        if (head.httpStatus !== 200) end = endOfHttp(head.httpStatus);
        else end = isStream(head) ? hear(bytes) : "ended";
        if (end !== undefined) done.abort();
      },
    });
    if (result.kind !== "reply") return "ended";
    if (result.httpStatus !== 200) return endOfHttp(result.httpStatus);
    return endOf(grpcStatus(result.trailers.get("grpc-status"), "").code);
  } catch (error) {
    if (end !== undefined) return end;
    throw error;
  } finally {
    client.close();
  }
}

function isStream({ headers }: ReplyHead): boolean {
  return /^application\/grpc(?:\+proto)?\s*(?:;|$)/i.test(headers.get("content-type") ?? "");
}
