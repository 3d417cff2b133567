/**
 * The library for servers: their own `grpc.health.v1.Health`, and the whole aggregator. For the former in servers of
 * `@grpc/grpc-js` see `embed/grpc-js.ts`; for all that Deno and Workers lend the latter, `embed/deno.ts`, `embed/workers.ts`.
 */
export type { Check, CheckFunction, TimedCheck } from "./embed/check.ts";
export { connectHealth } from "./embed/connect.ts";
export { createHealth, type HealthOptions } from "./embed/create-health.ts";
export { fetchHealth } from "./embed/fetch.ts";
export type { EmbedPlatform } from "./embed/platform.ts";
export { createRollcall, type EmbeddedRollcall, type ExecutionContext } from "./embed/rollcall.ts";
export type { RollcallLog } from "./embed/rollcall-log.ts";
export type { GroupOptions, MemberOptions, RollcallOptions, UpstreamOptions } from "./embed/rollcall-options.ts";
export type { AskOptions, ServerHealth } from "./embed/server-health.ts";
export { createStatus, type ServiceStatus } from "./embed/service-status.ts";
export { createMemoryAuthority as memoryAuthority } from "./store/authority-memory.ts";
