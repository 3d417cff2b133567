import type { Upstream } from "../core/registry.ts";
import { isObject, parseJson } from "../wire/json.ts";
import { exchange, methodUrl, probeHeaders, type Question, readBody, statusVerdict, TOO_LONG } from "./exchange.ts";
import type { HealthMethod } from "./health-method.ts";
import { codeOfName, grpcVerdict, mismatch, type Verdict } from "./verdict.ts";
import type { Asking } from "./way.ts";

/** Ask a unary method over Connect, binary or JSON. Source: https://connectrpc.com/docs/protocol */
export function askConnect(asking: Asking, method: HealthMethod): Promise<Verdict> {
  const { target: { upstream, service }, timeoutMs } = asking;
  const codec = CODECS[upstream.codec];
  const question = (): Question => ({
    url: methodUrl(upstream, method.path),
    headers: probeHeaders(asking, {
      "content-type": codec.contentType,
      "accept": codec.contentType,
      "connect-protocol-version": "1",
      "connect-timeout-ms": connectTimeout(timeoutMs),
    }),
    body: codec.encode(method, service),
  });
  return exchange(asking, question, (response) => judge(response, codec, method));
}

async function judge(response: Response, { isContentType, judge }: Codec, method: HealthMethod): Promise<Verdict> {
  if (response.status !== 200) return await judgeError(response) ?? statusVerdict(response);
  const contentType = response.headers.get("content-type") ?? "";
  if (!isContentType.test(contentType)) return mismatch(`content-type ${JSON.stringify(contentType)}`);
  const body = await readBody(response);
  return body === undefined ? TOO_LONG : judge(method, body);
}

interface Codec {
  readonly contentType: string;
  readonly isContentType: RegExp;
  readonly encode: (method: HealthMethod, service: string) => Uint8Array<ArrayBuffer>;
  readonly judge: (method: HealthMethod, body: Uint8Array) => Verdict;
}

const CODECS: Readonly<Record<Upstream["codec"], Codec>> = {
  proto: {
    contentType: "application/proto",
    isContentType: /^application\/proto\s*(?:;|$)/i,
    encode: (method, service) => method.encode(service),
    judge: (method, body) => method.judge(body),
  },
  json: {
    contentType: "application/json",
    isContentType: /^application\/json\s*(?:;|$)/i,
    encode: (method, service) => new TextEncoder().encode(JSON.stringify(method.encodeJson(service))),
    judge(method, body) {
      const message = parseObject(body);
      return message === undefined ? mismatch("body that is no JSON object") : method.judgeJson(message);
    },
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

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(body);
  return isObject(value) ? value : undefined;
}
