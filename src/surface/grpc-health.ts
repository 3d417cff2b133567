import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import type { NameVerdict, Report } from "../core/report.ts";
import type { ServingStatus } from "../core/status.ts";
import type { Health } from "../gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../wire/health.ts";
import { cacheHeaders, oldestCheckedAtMs } from "./cache-headers.ts";
import { weakEtag } from "./etag.ts";
import { callOf } from "./rpc-call.ts";
import { isSettled, listedNames, LIVENESS, livenessStatus, statusOf } from "./served-name.ts";
import type { SurfaceSettings } from "./settings.ts";
import { createWatch } from "./grpc-watch.ts";

/**
 * `grpc.health.v1.Health` over reports. A failing upstream is a status in an OK answer; the RPC itself fails only for a
 * name that is not served (NOT_FOUND) and for a list that is too long (RESOURCE_EXHAUSTED).
 */
export function createGrpcHealth(settings: SurfaceSettings): ServiceImpl<typeof Health> {
  return {
    async check({ service }, context) {
      if (service === LIVENESS) return { status: WIRE_STATUS[livenessStatus(settings)] };
      const report = await loadFor(context);
      const status = statusOf(report, service);
      if (status === undefined) throw new ConnectError(`unknown service ${JSON.stringify(service)}`, Code.NotFound);
      setCacheHeaders(context, report, { names: namesFor(report, service), content: status });
      return { status: WIRE_STATUS[status] };
    },
    async list(_request, context) {
      const report = await loadFor(context);
      const names = listedNames(report);
      if (names.length > settings.listMax) throw tooManyNames(settings.listMax);
      const statuses = names.map(({ name }): [string, ServingStatus] => [name, statusOf(report, name) ?? "UNKNOWN"]);
      setCacheHeaders(context, report, { names, content: JSON.stringify(statuses) });
      return {
        statuses: Object.fromEntries(statuses.map(([name, status]) => [name, { status: WIRE_STATUS[status] }])),
      };
    },
    watch: createWatch(settings),
  };
}

function loadFor(context: HandlerContext): Promise<Report> {
  const { load, caller } = callOf(context);
  return load(caller.options);
}

function namesFor(report: Report, name: string): readonly NameVerdict[] {
  const verdict = report.names.get(name);
  return verdict === undefined ? [] : [verdict];
}

/** The words of grpc-go (health/server.go), which wrote gRFC A90. */
function tooManyNames(listMax: number): ConnectError {
  return new ConnectError(`server health list exceeds maximum capacity: ${listMax}`, Code.ResourceExhausted);
}

interface Rest {
  readonly names: readonly NameVerdict[];
  readonly content: string;
}

/** A Connect GET may be kept like any other GET; a POST never is, and gets no such headers. */
function setCacheHeaders(context: HandlerContext, report: Report, { names, content }: Rest): void {
  if (context.requestMethod !== "GET") return;
  const headers = cacheHeaders({
    nowMs: report.nowMs,
    checkedAtMs: oldestCheckedAtMs(names.flatMap(({ restsOn }) => restsOn)),
    ttlMs: report.ttlMs,
    isSettled: names.length > 0 && names.every(isSettled),
    isTrusted: callOf(context).caller.isTrusted,
    etag: weakEtag(content),
  });
  for (const [name, value] of Object.entries(headers)) context.responseHeader.set(name, value);
}
