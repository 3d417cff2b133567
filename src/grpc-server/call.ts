import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { Code, createContextValues } from "@connectrpc/connect";
import { createAsyncIterable, type UniversalHandler } from "@connectrpc/connect/protocol";
import type { Load } from "../core/report.ts";
import { callFor, tooLong } from "../surface/call-for.ts";
import { createCallerReader } from "../surface/caller.ts";
import { CHECK_PATH } from "../surface/plain-check.ts";
import { bodyMaxBytes } from "../surface/read-body.ts";
import { RPC_CALL, type RpcCall } from "../surface/rpc-call.ts";
import type { SurfaceSettings } from "../surface/settings.ts";
import { withoutFarTimeouts } from "../surface/timeout.ts";
import { createGrpcHandlers } from "./handlers.ts";
import { hotCheckBody } from "./hot-check.ts";
import { isGone, reply, replyBare, replyError, replyWhole } from "./reply.ts";
import { readOn, readWhole } from "./request-body.ts";

/** One request as its first frame tells it. */
interface Asked {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly handler: UniversalHandler;
}

/** Make what answers calls, one HTTP/2 stream each. What it gives never rejects, but for an error of its own. */
export function createCallAnswer(
  settings: SurfaceSettings,
): (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, load: Load) => Promise<void> {
  const handlers = createGrpcHandlers(settings);
  const readCaller = createCallerReader(settings);
  return async (stream, headers, load) => {
    const path = headers[":path"] ?? "";
    if (headers[":method"] !== "POST") return replyBare(stream, { ":status": 405, allow: "POST" });
    if (!GRPC.test(headers["content-type"] ?? "")) return replyBare(stream, { ":status": 415 });
    const handler = handlers.get(path);
    if (handler === undefined) return replyError(stream, Code.Unimplemented, `unknown method ${path}`);
    const call = callFor(
      readCaller({ url: path, headers: { get: (name) => valueOf(headers, name) } }),
      load,
      settings.leaving,
    );
    const asked = { stream, headers, handler };
    await (handler.method.methodKind === "bidi_streaming"
      ? answerByConnect(asked, call, readOn(stream))
      : answerOne(asked, call));
  };
}

const GRPC = /^application\/grpc(?:\+[^;]*)?\s*(?:;|$)/i;

/** A call of one message, which is read before anything is thought about. */
async function answerOne(asked: Asked, call: RpcCall): Promise<void> {
  const { stream, handler } = asked;
  const maxBytes = bodyMaxBytes(handler.requestPath, call.caller.role);
  const body = await readWhole(stream, PREFIX_BYTES + maxBytes);
  if (isGone(stream)) return;
  if (body === undefined) {
    return await answerByConnect(asked, { refusal: tooLong(maxBytes), ...call }, createAsyncIterable([]));
  }
  const hot = isPlainCheck(asked) ? await hotCheckBody(body, call) : undefined;
  if (hot === undefined) return await answerByConnect(asked, call, createAsyncIterable([body]));
  if (!isGone(stream)) replyWhole(stream, hot);
}

const PREFIX_BYTES = 5;

function isPlainCheck({ headers }: Asked): boolean {
  const isPlain = (headers["grpc-encoding"] ?? "identity") === "identity";
  return isPlain && headers[":path"] === CHECK_PATH && PROTO.has(headers["content-type"] ?? "");
}

const PROTO: ReadonlySet<string> = new Set(["application/grpc", "application/grpc+proto"]);

async function answerByConnect(
  { stream, headers, handler }: Asked,
  call: RpcCall,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const gone = new AbortController();
  stream.once("close", () => gone.abort());
  const answer = await handler({
    httpVersion: "2.0",
    method: "POST",
    url: `http://${headers[":authority"] ?? "rollcall"}${handler.requestPath}`,
    header: withoutFarTimeouts(webHeaders(headers)),
    body,
    signal: gone.signal,
    contextValues: createContextValues().set(RPC_CALL, call),
  });
  await reply(stream, answer);
}

function webHeaders(headers: IncomingHttpHeaders): Headers {
  const names = Object.keys(headers).filter((name) => !name.startsWith(":"));
  return new Headers(names.map((name): [string, string] => [name, valueOf(headers, name) ?? ""]));
}

function valueOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value ?? null;
}
