import { GRPC_CODES } from "../wire/grpc-code.ts";
import { grpcTimeout } from "../wire/grpc-timeout.ts";
import { encodeFrame, type GrpcStatus } from "../wire/grpc-web.ts";
import { decodeReply, GRPC_WEB_CONTENT_TYPE } from "../wire/grpc-web-reply.ts";
import { parseJson } from "../wire/json.ts";
import { type Answer, ask, type Endpoint, errorOfAnswer } from "./endpoint.ts";
import type { CallOptions } from "./limit.ts";
import { RollcallError } from "./rollcall-error.ts";

/** A method of `grpc.health.v1.Health`. */
export type Method = "Check" | "List" | "Watch";

/** Make a unary call; gives the message of its answer. */
export async function call(
  endpoint: Endpoint,
  { method, message }: { readonly method: Method; readonly message: Uint8Array<ArrayBuffer> },
  { timeoutMs = endpoint.timeoutMs, ...options }: CallOptions,
): Promise<Uint8Array> {
  const { headers, ...rest } = requestOf(endpoint, message);
  // Told, Rollcall answers in time from what it knows.
  const init = { ...rest, headers: { ...headers, "grpc-timeout": grpcTimeout(timeoutMs) } };
  const answer = await ask(endpoint, { path: pathOf(method), init }, { timeoutMs, ...options });
  if (!isGrpcWeb(answer)) throw strangerError(answer);
  const reply = decodeReply(answer.body, answer.headers);
  if (typeof reply === "string") throw new RollcallError("internal", reply);
  throwUnlessOk(reply.status);
  const [first, ...more] = reply.messages;
  if (first === undefined || more.length > 0) throw new RollcallError("internal", "not one message in answer to one");
  return first.payload;
}

/** Where a method is. */
export function pathOf(method: Method): string {
  return `/grpc.health.v1.Health/${method}`;
}

/** A request that carries a message. */
export function requestOf({ headers }: Endpoint, message: Uint8Array<ArrayBuffer>) {
  return {
    method: "POST",
    headers: {
      ...headers,
      "content-type": "application/grpc-web",
      "accept": "application/grpc-web",
      "x-grpc-web": "1",
    },
    body: encodeFrame(message),
  } as const;
}

/** Whether somebody answered who speaks gRPC-web. */
export function isGrpcWeb({ status, headers }: Omit<Answer, "body">): boolean {
  return status === 200 && GRPC_WEB_CONTENT_TYPE.test(headers.get("content-type") ?? "");
}

/** The error that an answer in anything else is. */
export function strangerError({ status, headers, body }: Answer): RollcallError {
  if (status !== 200) return errorOfAnswer(status, parseJson(body));
  const contentType = JSON.stringify(headers.get("content-type"));
  return new RollcallError("unimplemented", `the answer is no gRPC-web, its content type is ${contentType}`);
}

/** Throw what a call ended with; undefined is an answer that did not tell. */
export function throwUnlessOk(status: GrpcStatus | undefined): void {
  if (status?.code === undefined) throw new RollcallError("internal", "the answer has no grpc-status");
  if (status.code === 0) return;
  const { code, message } = status;
  throw new RollcallError(GRPC_CODES[code - 1] ?? "unknown", message === "" ? `grpc-status ${code}` : message);
}
