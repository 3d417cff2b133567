import type { ServingStatus } from "../core/status.ts";
import { checkedStatus, readPlainFrame } from "../surface/plain-check.ts";
import type { RpcCall } from "../surface/rpc-call.ts";
import { encodeFrame } from "../wire/grpc-web.ts";
import { encodeHealthCheckResponse, WIRE_STATUS } from "../wire/health.ts";

/**
 * The body that answers the plainest `Check` there is, prepared; the rest of such an answer is always the same.
 *
 * @param body The whole request body.
 * @returns undefined for whatever is not plain or not OK: connect-es then answers.
 */
export async function hotCheckBody(body: Uint8Array, call: RpcCall): Promise<Uint8Array | undefined> {
  const service = call.refusal === undefined ? readPlainFrame(body) : undefined;
  const status = service === undefined ? undefined : await checkedStatus(service, call);
  return status === undefined ? undefined : BODIES[status];
}

const BODIES: Readonly<Record<ServingStatus, Uint8Array>> = {
  SERVING: bodyFor("SERVING"),
  NOT_SERVING: bodyFor("NOT_SERVING"),
  UNKNOWN: bodyFor("UNKNOWN"),
};

function bodyFor(status: ServingStatus): Uint8Array {
  return encodeFrame(encodeHealthCheckResponse(WIRE_STATUS[status]));
}
