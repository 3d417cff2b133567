import { createEnvelopeReader } from "../wire/envelopes.ts";
import { decodeTrailer, type GrpcStatus, grpcStatus } from "../wire/grpc-web.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, type WireStatus, wireStatusOf } from "../wire/health.ts";
import type { Endpoint } from "./endpoint.ts";
import { post, throwUnlessOk } from "./grpc-web.ts";
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
    const message = encodeHealthCheckRequest(service);
    const response = await post(endpoint, { method: "Watch", message, signal: limit.signal });
    for await (const heard of events(response)) {
      if (typeof heard !== "string") return throwUnlessOk(heard);
      limit.renew(SILENCE_MAX_MS);
      yield heard;
    }
  } catch (error) {
    throw limit.errorOf(error);
  } finally {
    limit.end();
  }
}

/** Statuses, and how the stream ended. */
async function* events({ body, headers }: Response): AsyncGenerator<WireStatus | GrpcStatus, void, void> {
  const envelopes = createEnvelopeReader(MESSAGE_MAX_BYTES);
  const reader = body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    const heard = envelopes.read(read.value);
    if (heard === undefined) throw new RollcallError("internal", `message longer than ${MESSAGE_MAX_BYTES} bytes`);
    for (const { flags, payload } of heard) yield flags === TRAILER ? decodeTrailer(payload) : statusIn(flags, payload);
  }
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
