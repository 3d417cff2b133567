import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { Report } from "../core/report.ts";
import type { Health } from "../gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../wire/health.ts";
import { callOf } from "./rpc-call.ts";
import { LIVENESS, statusOf } from "./served-name.ts";
import type { SurfaceSettings } from "./settings.ts";

/**
 * `Watch`: the current status at once, then each change; SERVICE_UNKNOWN for a name not (yet) served, on a stream that
 * stays open. It asks again by its own timer, so that an open Watch keeps its name fresh.
 *
 * The stream ends with OK after `watchMaxMs`, when its invocation has no probes left to learn anything by, or at
 * shutdown; clients reconnect, as the protocol says. It ends with an error only when the caller's own deadline passes.
 */
export function createWatch(settings: SurfaceSettings): ServiceImpl<typeof Health>["watch"] {
  return async function* watch({ service }, context) {
    const endAtMs = settings.nowMs() + settings.watchMaxMs;
    let sent: number | undefined;
    for (let isFirst = true;; isFirst = false) {
      const report = await loadFor(service, context, isFirst);
      if (hasEnded(context, settings)) return;
      const status = wireStatus(service, report);
      if (status !== sent) yield { status };
      sent = status;
      if (!isFirst && report?.probesLeft === 0) return;
      await settings.sleep(Math.min(settings.watchEveryMs, Math.max(0, endAtMs - settings.nowMs())), context.signal);
      if (hasEnded(context, settings) || settings.nowMs() >= endAtMs) return;
    }
  };
}

/** Rollcall itself needs no report. The first report may be stale, for it must come at once; a tick waits for news. */
function loadFor(service: string, context: HandlerContext, isFirst: boolean): Promise<Report> | undefined {
  if (service === LIVENESS) return undefined;
  const { load, caller } = callOf(context);
  if (isFirst) return load(caller.options);
  const { isTrusted, options: { hops = 0 } } = caller;
  return load({ accept: "fresh", isTrusted, hops });
}

function wireStatus(service: string, report: Report | undefined) {
  const status = report === undefined ? "SERVING" : statusOf(report, service);
  return WIRE_STATUS[status ?? "SERVICE_UNKNOWN"];
}

/** Throws the deadline's own error when that is what ended the call; nobody reads it when the client has gone. */
function hasEnded({ signal }: HandlerContext, { shutdown }: SurfaceSettings): boolean {
  if (shutdown?.aborted === true) return true;
  signal.throwIfAborted();
  return false;
}
