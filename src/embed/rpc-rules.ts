import type { ServingStatus } from "../core/status.ts";
import type { AskOptions, ServerHealth } from "./server-health.ts";

/** What `List` answers; undefined when there are more names than it may hold. */
export async function listed(
  health: ServerHealth,
  options: AskOptions = {},
): Promise<ReadonlyMap<string, ServingStatus> | undefined> {
  return health.names().length > LIST_MAX ? undefined : await health.list(options);
}

/** gRFC A90, `""` included as grpc-go counts it (health/server.go). */
export const LIST_MAX = 100;

/** The words of grpc-go. */
export const TOO_MANY_NAMES = `server health list exceeds maximum capacity: ${LIST_MAX}`;

/** What Check says of a name that has no status. */
export function unknownService(service: string): string {
  return `unknown service ${JSON.stringify(service)}`;
}
