import { GRPC_CODES } from "../wire/grpc-code.ts";
import { grpcTimeout } from "../wire/grpc-timeout.ts";
import { encodeFrame, type GrpcStatus } from "../wire/grpc-web.ts";
import { decodeReply, GRPC_WEB_CONTENT_TYPE } from "../wire/grpc-web-reply.ts";
import { parseJson } from "../wire/json.ts";
import { type Endpoint, errorOfAnswer, readAnswer, within } from "./endpoint.ts";
import type { CallOptions } from "./limit.ts";
import { RollcallError } from "./rollcall-error.ts";

/** A method of `grpc.health.v1.Health`. */
export type Method = "Check" | "List" | "Watch";

/** Make a unary call; gives the message of its answer. */
export function call(
  endpoint: Endpoint,
  question: { readonly method: Method; readonly message: Uint8Array<ArrayBuffer> },
  options: CallOptions,
): Promise<Uint8Array> {
  return within(endpoint, options, async (signal, timeoutMs) => {
    // Told, Rollcall answers in time from what it knows.
    const headers = { "grpc-timeout": grpcTimeout(timeoutMs) };
    const response = await post(endpoint, { ...question, headers, signal });
    const reply = decodeReply(await readAnswer(response), response.headers);
    if (typeof reply === "string") throw new RollcallError("internal", reply);
    throwUnlessOk(reply.status);
    const [message, ...more] = reply.messages;
    if (message === undefined || more.length > 0) {
      throw new RollcallError("internal", "not one message in answer to one");
    }
    return message.payload;
  });
}

/** What is sent. */
export interface Post {
  readonly method: Method;
  readonly message: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Send a message; gives an answer that is gRPC-web, its body unread. */
export async function post(endpoint: Endpoint, { method, message, headers, signal }: Post): Promise<Response> {
  const response = await endpoint.fetch(`${endpoint.url}/grpc.health.v1.Health/${method}`, {
    method: "POST",
    headers: {
      ...endpoint.headers,
      "content-type": "application/grpc-web",
      "accept": "application/grpc-web",
      "x-grpc-web": "1",
      ...headers,
    },
    body: encodeFrame(message),
    signal,
  });
  if (response.status !== 200) throw errorOfAnswer(response.status, parseJson(await readAnswer(response)));
  const contentType = response.headers.get("content-type") ?? "";
  if (!GRPC_WEB_CONTENT_TYPE.test(contentType)) {
    throw new RollcallError("unimplemented", `the answer is no gRPC-web, but ${JSON.stringify(contentType)}`);
  }
  return response;
}

/** Throw what a call ended with; undefined is an answer that did not tell. */
export function throwUnlessOk(status: GrpcStatus | undefined): void {
  if (status?.code === undefined) throw new RollcallError("internal", "the answer has no grpc-status");
  if (status.code === 0) return;
  const { code, message } = status;
  throw new RollcallError(GRPC_CODES[code - 1] ?? "unknown", message === "" ? `grpc-status ${code}` : message);
}
