import type { ServingStatus } from "../core/status.ts";
import { encodeFrame, encodeTrailer } from "../wire/grpc-web.ts";
import { encodeHealthCheckResponse, WIRE_STATUS } from "../wire/health.ts";
import { COMMON_HEADERS } from "./cors.ts";
import { checkedStatus, readPlainFrame, readPlainRequest } from "./plain-check.ts";
import type { RpcCall, RpcRequest } from "./rpc-call.ts";

/**
 * Answer the plainest `Check` there is, in binary gRPC-web or Connect, from prepared bytes.
 *
 * What monitors send all day long need not pay for a protobuf library. Answers are byte for byte those of connect-es.
 *
 * @returns undefined for whatever is not plain or not OK (another codec, compression, odd bytes, a refused caller, a
 * name that is not served): connect-es then answers.
 */
export async function hotCheck({ headers, body }: RpcRequest, call: RpcCall): Promise<Response | undefined> {
  const prepared = PREPARED.get(headers.get("content-type") ?? "");
  if (prepared === undefined || call.refusal !== undefined || isCompressed(headers)) return undefined;
  const service = prepared.readService(body);
  if (service === undefined) return undefined;
  const status = await checkedStatus(service, call);
  return status === undefined ? undefined : prepared.answer(status);
}

interface Prepared {
  readonly readService: (body: Uint8Array) => string | undefined;
  readonly answer: (status: ServingStatus) => Response;
}

const GRPC_WEB: Prepared = {
  readService: readPlainFrame,
  answer: answersOf("application/grpc-web+proto", (message) => [...encodeFrame(message), ...encodeTrailer(0)]),
};

const CONNECT: Prepared = {
  readService: readPlainRequest,
  answer: answersOf("application/proto", (message) => [...message]),
};

const PREPARED: ReadonlyMap<string, Prepared> = new Map([
  ["application/grpc-web", GRPC_WEB],
  ["application/grpc-web+proto", GRPC_WEB],
  ["application/proto", CONNECT],
]);

function isCompressed(headers: Headers): boolean {
  return headers.has("grpc-encoding") || headers.has("content-encoding");
}

function answersOf(contentType: string, wrap: (message: Uint8Array) => number[]): Prepared["answer"] {
  const bodyFor = (status: ServingStatus) => new Uint8Array(wrap(encodeHealthCheckResponse(WIRE_STATUS[status])));
  const bodies: Readonly<Record<ServingStatus, Uint8Array<ArrayBuffer>>> = {
    SERVING: bodyFor("SERVING"),
    NOT_SERVING: bodyFor("NOT_SERVING"),
    UNKNOWN: bodyFor("UNKNOWN"),
  };
  return (status) => new Response(bodies[status], { headers: headersFor(contentType, bodies[status].length) });
}

function headersFor(contentType: string, length: number): Record<string, string> {
  return { ...COMMON_HEADERS, "content-type": contentType, "content-length": String(length) };
}
