/** The library for servers: their own `grpc.health.v1.Health`. For those of `@grpc/grpc-js` see `embed/grpc-js.ts`. */
export type { Check, CheckFunction, TimedCheck } from "./embed/check.ts";
export { connectHealth } from "./embed/connect.ts";
export { createHealth, type HealthOptions } from "./embed/create-health.ts";
export { fetchHealth } from "./embed/fetch.ts";
export type { AskOptions, ServerHealth } from "./embed/server-health.ts";
export { createStatus, type ServiceStatus } from "./embed/service-status.ts";
