import type { Upstream } from "../../core/registry.ts";
import type { Clock } from "../../ports.ts";
import type { Network } from "../network.ts";
import type { Call, CallResult, StreamCall, UnaryCall } from "./call.ts";
import { type Connection, openConnection } from "./connection.ts";
import { encodeRequest } from "./request.ts";
import type { CallEnd, StreamOptions } from "./streams.ts";

/**
 * Native gRPC calls over shared HTTP/2 connections, one an upstream.
 *
 * Calls reject, as `fetch` does, with the signal's reason when it aborts, and with what the platform threw when the connection cannot
 * be made or breaks; what the peer does is a value.
 */
export interface GrpcClient {
  /** Make a call and read its whole answer. */
  unary(upstream: Upstream, call: UnaryCall): Promise<CallResult>;
  /** Make a call and hand on its answer as it comes. Resolves when it ends; the reply's body is empty. */
  stream(upstream: Upstream, call: StreamCall): Promise<CallResult>;
  /** Drop every connection; calls under way end as faults. */
  close(): void;
}

/** What a client works with. */
export interface GrpcClientOptions extends Pick<Network, "dial" | "idleMaxMs"> {
  readonly clock: Clock;
}

/** Create a client without connections; each is opened by the first call that needs it, and kept while it is used. */
export function createGrpcClient({ dial, idleMaxMs, clock }: GrpcClientOptions): GrpcClient {
  const lines = new Map<string, Line>();

  function connectionOf(upstream: Upstream, { isFresh }: Pick<Call, "isFresh">): Connection {
    const line = lines.get(upstream.name);
    if (!isFresh && line !== undefined && isSameLine(line.upstream, upstream) && line.connection.takesCalls()) {
      return line.connection;
    }
    line?.connection.retire();
    const connection = openConnection({ dial: (signal) => dial(upstream, signal), idleMaxMs, clock });
    lines.set(upstream.name, { upstream, connection });
    return connection;
  }

  async function call(upstream: Upstream, asked: Call & StreamOptions): Promise<CallResult> {
    asked.signal.throwIfAborted();
    const request = encodeRequest(upstream, asked);
    const connection = connectionOf(upstream, asked);
    const isKept = connection.hasServed();
    const end = await connection.run(request, asked);
    // The peer may have closed a kept connection just when we used it again, which says nothing of its health.
    const isStale = isKept && end.kind === "lost" && end.isUnanswered;
    return resultOf(isStale ? await connectionOf(upstream, { isFresh: false }).run(request, asked) : end, asked);
  }

  return {
    unary: call,
    stream: call,
    close() {
      for (const { connection } of lines.values()) connection.close();
      lines.clear();
    },
  };
}

interface Line {
  readonly upstream: Upstream;
  readonly connection: Connection;
}

/** Both lead to the same place by the same way. */
function isSameLine(a: Upstream, b: Upstream): boolean {
  return a === b || (a.url === b.url && a.via === b.via && a.tls === b.tls);
}

function resultOf(end: CallEnd, { signal }: Pick<Call, "signal">): CallResult {
  if (end.kind === "aborted") throw signal.reason;
  if (end.kind !== "lost") return end;
  if (end.loss.kind === "thrown") throw end.loss.error;
  return end.loss;
}
