/** What an upstream, or a name over several, is known to do; the words of `grpc.health.v1`. `SERVICE_UNKNOWN` exists on the wire only. */
export type ServingStatus = "SERVING" | "NOT_SERVING" | "UNKNOWN";

/** All serving statuses, worst first. UNKNOWN stands between: never shown green, never outranked by SERVING. */
export const SERVING_STATUSES = ["NOT_SERVING", "UNKNOWN", "SERVING"] as const satisfies readonly ServingStatus[];
