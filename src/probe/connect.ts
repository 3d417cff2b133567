import type { Upstream } from "../core/registry.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, WIRE_STATUS } from "../wire/health.ts";
import { codeOfName, grpcVerdict, mismatch, servingVerdict, type Verdict } from "./verdict.ts";
import { checkUrl, probeHeaders, readBody, statusVerdict, TOO_LONG, type Way } from "./way.ts";

/** Unary `grpc.health.v1.Health/Check` over Connect, binary or JSON. Source: https://connectrpc.com/docs/protocol */
export const CONNECT: Way = {
  request: ({ upstream, service }, timeoutMs) => ({
    url: checkUrl(upstream),
    headers: probeHeaders(upstream, {
      "content-type": CODECS[upstream.codec].contentType,
      "accept": CODECS[upstream.codec].contentType,
      "connect-protocol-version": "1",
      "connect-timeout-ms": connectTimeout(timeoutMs),
    }),
    body: CODECS[upstream.codec].encode(service),
  }),

  async judge(response, upstream) {
    if (response.status !== 200) return await judgeError(response) ?? statusVerdict(response);
    const { isContentType, judge } = CODECS[upstream.codec];
    const contentType = response.headers.get("content-type") ?? "";
    if (!isContentType.test(contentType)) return mismatch(`content-type ${JSON.stringify(contentType)}`);
    const body = await readBody(response);
    return body === undefined ? TOO_LONG : judge(body);
  },
};

interface Codec {
  readonly contentType: string;
  readonly isContentType: RegExp;
  readonly encode: (service: string) => Uint8Array<ArrayBuffer>;
  readonly judge: (body: Uint8Array) => Verdict;
}

const CODECS: Readonly<Record<Upstream["codec"], Codec>> = {
  proto: {
    contentType: "application/proto",
    isContentType: /^application\/proto\s*(?:;|$)/i,
    encode: encodeHealthCheckRequest,
    judge: judgeProto,
  },
  json: {
    contentType: "application/json",
    isContentType: /^application\/json\s*(?:;|$)/i,
    encode: (service) => new TextEncoder().encode(JSON.stringify(service === "" ? {} : { service })),
    judge: judgeJson,
  },
};

/** At most ten digits: https://connectrpc.com/docs/protocol#unary-request */
function connectTimeout(timeoutMs: number): string {
  return String(Math.min(9_999_999_999, Math.max(1, Math.ceil(timeoutMs))));
}

/** A Connect error says more than the HTTP status it travels with; undefined when the answer holds none. */
async function judgeError(response: Response): Promise<Verdict | undefined> {
  const isError = response.status >= 400 && CODECS.json.isContentType.test(response.headers.get("content-type") ?? "");
  if (!isError) return undefined;
  const error = parseObject(await readErrorBody(response));
  const code = codeOfName(error?.["code"]);
  const text = error?.["message"];
  return code === undefined ? undefined : grpcVerdict(code, typeof text === "string" ? text : "");
}

/** The HTTP status is known already, so a body that breaks off only says no more than that. */
async function readErrorBody(response: Response): Promise<Uint8Array> {
  try {
    return await readBody(response) ?? new Uint8Array();
  } catch {
    return new Uint8Array();
  }
}

function judgeProto(body: Uint8Array): Verdict {
  const status = decodeHealthCheckResponse(body);
  return status === undefined ? mismatch("body that is no HealthCheckResponse") : servingVerdict(status);
}

/** Proto3 JSON: an enum is its name or its number, and absent or null when 0. */
function judgeJson(body: Uint8Array): Verdict {
  const message = parseObject(body);
  const status = message?.["status"] ?? WIRE_STATUS.UNKNOWN;
  if (message === undefined) return mismatch("body that is no JSON object");
  if (typeof status === "number" && Number.isInteger(status)) return servingVerdict(status);
  if (typeof status !== "string") return mismatch(`status ${JSON.stringify(status)}`);
  const known = Object.entries(WIRE_STATUS).find(([name]) => name === status);
  // A name of a later health.proto is an enum number above 3 in another spelling.
  return servingVerdict(known?.[1] ?? -1, JSON.stringify(status));
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
