import { createEnvelopeReader } from "../wire/envelopes.ts";
import { decodeTrailer, type GrpcStatus, grpcStatus } from "../wire/grpc-web.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, type WireStatus, wireStatusOf } from "../wire/health.ts";
import { type Endpoint, readAnswer } from "./endpoint.ts";
import { isGrpcWeb, pathOf, requestOf, strangerError, throwUnlessOk } from "./grpc-web.ts";
import { type CallOptions, createLimit } from "./limit.ts";
import { RollcallError } from "./rollcall-error.ts";

/**
 * A silent stream is replaced after this long, in milliseconds: balancers and NATs forget a silent connection after four
 * minutes and more without telling either end, and it would stay deaf.
 */
const SILENCE_MAX_MS = 240_000;

/**
 * Follow one Watch stream: each status it tells, until it ends with OK.
 *
 * @param options `timeoutMs` is the time to the first status, which Rollcall sends at once.
 * @throws {RollcallError} When it ends in any other way.
 */
export async function* watchStream(
  endpoint: Endpoint,
  service: string,
  { timeoutMs = endpoint.timeoutMs, signal }: CallOptions,
): AsyncGenerator<WireStatus, void, void> {
  const limit = createLimit({ timeoutMs, ...(signal && { signal }) }, endpoint.clock);
  try {
    const init = { ...requestOf(endpoint, encodeHealthCheckRequest(service)), signal: limit.signal };
    const response = await endpoint.fetch(endpoint.url + pathOf("Watch"), init);
    if (!isGrpcWeb(response)) {
      throw strangerError({ status: response.status, headers: response.headers, body: await readAnswer(response) });
    }
    let end: GrpcStatus | undefined;
    for await (const heard of events(response)) {
      limit.renew(typeof heard === "string" ? SILENCE_MAX_MS : timeoutMs);
      if (typeof heard === "string") yield heard;
      else end = heard;
    }
    limit.end();
    throwUnlessOk(end);
  } catch (error) {
    throw limit.errorOf(error);
  } finally {
    limit.cancel();
  }
}

/**
 * Statuses, and how the stream ended; read to the end of the body, for a connection that is given up a moment before it
 * fails another request on workerd ("Network connection lost").
 */
async function* events({ body, headers }: Response): AsyncGenerator<WireStatus | GrpcStatus, void, void> {
  const envelopes = createEnvelopeReader(MESSAGE_MAX_BYTES);
  const reader = body?.getReader();
  let hasTrailer = false;
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    const heard = envelopes.read(read.value);
    if (heard === undefined) throw new RollcallError("internal", `message longer than ${MESSAGE_MAX_BYTES} bytes`);
    for (const { flags, payload } of heard) {
      hasTrailer ||= flags === TRAILER;
      yield flags === TRAILER ? decodeTrailer(payload) : statusIn(flags, payload);
    }
  }
  if (hasTrailer) return;
  // A reply without a body has its trailers among its headers.
  const code = headers.get("grpc-status");
  if (code === null) throw new RollcallError("unavailable", "the stream broke off");
  yield grpcStatus(code, headers.get("grpc-message"));
}

function statusIn(flags: number, payload: Uint8Array): WireStatus {
  const status = flags === 0 ? decodeHealthCheckResponse(payload) : undefined;
  if (status === undefined) throw new RollcallError("internal", "a message of the stream cannot be read");
  return wireStatusOf(status);
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */
const TRAILER = 0x80;

/** A status takes two bytes, a trailer a line or two. */
const MESSAGE_MAX_BYTES = 65_536;
