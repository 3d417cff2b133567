import type { ServingStatus } from "../core/status.ts";
import { decodeFrames } from "../wire/grpc-web.ts";
import { decodeHealthCheckRequest, encodeHealthCheckRequest } from "../wire/health.ts";
import type { RpcCall } from "./rpc-call.ts";
import { LIVENESS, livenessStatus, statusOf } from "./served-name.ts";

/** The path of the one RPC that has a direct way. */
export const CHECK_PATH = "/grpc.health.v1.Health/Check";

/**
 * The service that a `HealthCheckRequest` names; undefined unless its bytes are those every encoder writes: how odd ones
 * (unknown fields, wrong types) are read is connect-es's to say.
 */
export function readPlainRequest(message: Uint8Array): string | undefined {
  const service = decodeHealthCheckRequest(message);
  if (service === undefined) return undefined;
  const plain = encodeHealthCheckRequest(service);
  return plain.length === message.length && plain.every((byte, at) => byte === message[at]) ? service : undefined;
}

/** {@link readPlainRequest} of the one uncompressed frame that a gRPC or gRPC-web body is. */
export function readPlainFrame(body: Uint8Array): string | undefined {
  const [frame, ...more] = decodeFrames(body) ?? [];
  if (frame === undefined || more.length > 0 || frame.isTrailer || frame.isCompressed) return undefined;
  return readPlainRequest(frame.payload);
}

/** The status `Check` answers with; undefined for a name that is not served. */
export async function checkedStatus(service: string, call: RpcCall): Promise<ServingStatus | undefined> {
  return service === LIVENESS ? livenessStatus(call) : statusOf(await call.load(call.caller.options), service);
}
