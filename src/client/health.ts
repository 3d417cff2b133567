import type { ServingStatus } from "../core/status.ts";
import {
  decodeHealthCheckResponse,
  decodeHealthListResponse,
  encodeHealthCheckRequest,
  wireStatusOf,
} from "../wire/health.ts";
import type { Endpoint } from "./endpoint.ts";
import { call } from "./grpc-web.ts";
import type { CallOptions } from "./limit.ts";
import { RollcallError } from "./rollcall-error.ts";

/** Ask `Health/Check`. */
export async function check(endpoint: Endpoint, service: string, options: CallOptions): Promise<ServingStatus> {
  const answer = await call(endpoint, { method: "Check", message: encodeHealthCheckRequest(service) }, options);
  const status = wireStatusOf(readable(decodeHealthCheckResponse(answer)));
  // Made for Watch, yet some servers answer so.
  if (status === "SERVICE_UNKNOWN") throw new RollcallError("not_found", `unknown service ${JSON.stringify(service)}`);
  return status;
}

/** Ask `Health/List`. */
export async function list(endpoint: Endpoint, options: CallOptions): Promise<ReadonlyMap<string, ServingStatus>> {
  const answer = await call(endpoint, { method: "List", message: new Uint8Array() }, options);
  const statuses = new Map<string, ServingStatus>();
  for (const [name, number] of readable(decodeHealthListResponse(answer))) {
    const status = wireStatusOf(number);
    if (status !== "SERVICE_UNKNOWN") statuses.set(name, status);
  }
  return statuses;
}

function readable<T>(message: T | undefined): T {
  if (message === undefined) throw new RollcallError("internal", "the answer's message cannot be read");
  return message;
}
