import type { Upstream } from "../../core/registry.ts";
import type { WatchEnd } from "../../ports.ts";
import { decodeTrailer, encodeFrame, grpcStatus } from "../../wire/grpc-web.ts";
import { GRPC_WEB_CONTENT_TYPE } from "../../wire/grpc-web-reply.ts";
import { isObject, parseJson } from "../../wire/json.ts";
import { methodUrl, probeHeaders } from "../exchange.ts";
import { CHECK } from "../health-method.ts";
import { codeOfName, mismatch } from "../verdict.ts";
import { createHearing, endOf, endOfHttp, type Streaming, WATCH_PATH, type Watching } from "./hear.ts";

/** Follow a Watch stream over `fetch`, in gRPC-web or Connect. May reject with what the platform throws. */
export async function watchByFetch(
  { target, network, signal, onStatus }: Watching,
  dialect: Dialect,
): Promise<WatchEnd> {
  const { upstream, service } = target;
  const response = await network.fetchFor(upstream, { isFresh: true })(methodUrl(upstream, WATCH_PATH), {
    method: "POST",
    headers: probeHeaders({ target, hops: 0 }, {
      ...dialect.headers,
      "content-type": dialect.contentType,
      "accept": dialect.contentType,
    }),
    body: encodeFrame(dialect.encode(service)),
    redirect: "manual",
    signal,
  });
  const reader = response.body?.getReader();
  try {
    if (response.status !== 200) return endOfHttp(response.status);
    if (!dialect.isContentType.test(response.headers.get("content-type") ?? "")) return "ended";
    const hear = createHearing(dialect, onStatus);
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
      const end = hear(read.value);
      if (end !== undefined) return end;
    }
    // A reply without a body has its trailers among its headers.
    return endOf(grpcStatus(response.headers.get("grpc-status"), "").code);
  } finally {
    // Broken already, there is nothing left to give back.
    await reader?.cancel().catch(() => {});
  }
}

/** What differs from one protocol to the other. */
export interface Dialect extends Streaming {
  readonly contentType: string;
  readonly isContentType: RegExp;
  readonly headers: Readonly<Record<string, string>>;
  readonly encode: (service: string) => Uint8Array;
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */
export const GRPC_WEB: Dialect = {
  contentType: "application/grpc-web",
  isContentType: GRPC_WEB_CONTENT_TYPE,
  headers: { "x-grpc-web": "1" },
  encode: CHECK.encode,
  judge: CHECK.judge,
  codeOf: ({ flags, payload }) => flags === 0x80 ? decodeTrailer(payload).code : undefined,
};

/** https://connectrpc.com/docs/protocol#streaming-rpcs */
export const CONNECT: Readonly<Record<Upstream["codec"], Dialect>> = {
  proto: {
    contentType: "application/connect+proto",
    isContentType: /^application\/connect\+proto\s*(?:;|$)/i,
    headers: { "connect-protocol-version": "1" },
    encode: CHECK.encode,
    judge: CHECK.judge,
    codeOf: connectCode,
  },
  json: {
    contentType: "application/connect+json",
    isContentType: /^application\/connect\+json\s*(?:;|$)/i,
    headers: { "connect-protocol-version": "1" },
    encode: (service) => new TextEncoder().encode(JSON.stringify(CHECK.encodeJson(service))),
    judge(message) {
      const value = parseJson(message);
      return isObject(value) ? CHECK.judgeJson(value) : mismatch("message that is no JSON object");
    },
    codeOf: connectCode,
  },
};

function connectCode({ flags, payload }: { readonly flags: number; readonly payload: Uint8Array }): number | undefined {
  const end = flags === 0x02 ? parseJson(payload) : undefined;
  const error = isObject(end) ? end["error"] : undefined;
  return isObject(error) ? codeOfName(error["code"]) : undefined;
}
