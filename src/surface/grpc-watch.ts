import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { Report } from "../core/report.ts";
import type { ServingStatus } from "../core/status.ts";
import type { Health } from "../gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../wire/health.ts";
import { callOf } from "./rpc-call.ts";
import { LIVENESS, livenessStatus, statusOf } from "./served-name.ts";
import type { SurfaceSettings } from "./settings.ts";

/**
 * `Watch`: the current status at once, then each change; SERVICE_UNKNOWN for a name not (yet) served, on a stream that
 * stays open. It asks again by its own timer, so that an open Watch keeps its name fresh, and when a window of maintenance begins or
 * ends, or what was told no longer holds.
 *
 * The stream ends with OK after `watchMaxMs`, when its invocation has no probes left to learn anything by, or at
 * shutdown, having said NOT_SERVING; clients reconnect, as the protocol says. It ends with an error only when the caller's
 * own deadline passes.
 */
export function createWatch(settings: SurfaceSettings): ServiceImpl<typeof Health>["watch"] {
  return async function* watch({ service }, context) {
    const endAtMs = settings.nowMs() + settings.watchMaxMs;
    const woken = wakeUp(context, settings);
    let sent: number | undefined;
    let isTick = false;
    for (let isFirst = true;; isFirst = false) {
      const isLeavingKnown = isLeaving(settings);
      // Listened for from before the report is made: what turns while the message is on its way is not missed.
      const turn = listen(isLeavingKnown ? context.signal : woken, settings);
      try {
        const report = await loadFor(service, context, { isFirst, isTick });
        throwIfGone(context, settings);
        const status = WIRE_STATUS[statusIn(report, service, settings) ?? "SERVICE_UNKNOWN"];
        if (status !== sent) yield { status };
        sent = status;
        if (isTick && report?.probesLeft === 0) return;
        const nowMs = settings.nowMs();
        const leftMs = Math.max(0, endAtMs - nowMs);
        isTick = await turn.within(Math.min(report === undefined ? leftMs : tickMs(report, nowMs), leftMs)) === "slept";
      } finally {
        turn.end();
      }
      throwIfGone(context, settings);
      const isTold = isLeavingKnown || !isLeaving(settings);
      if (isTold && (settings.shutdown?.aborted === true || settings.nowMs() >= endAtMs)) return;
    }
  };
}

/** How long until the next tick: no longer than the report stays fresh, or than no window begins or ends. */
function tickMs({ ttlMs, turnsAtMs }: Report, nowMs: number): number {
  return turnsAtMs > nowMs ? Math.min(ttlMs, turnsAtMs - nowMs) : ttlMs;
}

/** One turn of a stream: news that come meanwhile, or the next tick. What upstreams tell must not wait for one. */
function listen(woken: AbortSignal, { sleep, changed }: SurfaceSettings) {
  const over = new AbortController();
  const signal = AbortSignal.any([woken, over.signal]);
  const news = changed(signal).then(() => "news" as const);
  return {
    within: (ms: number) => Promise.race([sleep(ms, signal).then(() => "slept" as const), news]),
    end: () => over.abort(),
  };
}

function isLeaving({ leaving }: SurfaceSettings): boolean {
  return leaving?.aborted === true;
}

/** News of a shutdown is told at once. */
function wakeUp({ signal }: HandlerContext, { leaving }: SurfaceSettings): AbortSignal {
  return leaving === undefined ? signal : AbortSignal.any([signal, leaving]);
}

/** Rollcall itself needs no report. A tick waits for news; the first report, and one that is news, must come at once. */
function loadFor(
  service: string,
  context: HandlerContext,
  { isFirst, isTick }: { readonly isFirst: boolean; readonly isTick: boolean },
): Promise<Report> | undefined {
  if (service === LIVENESS) return undefined;
  const { load, caller } = callOf(context);
  if (isFirst) return load(caller.options);
  const { isTrusted, options: { hops = 0 } } = caller;
  return load({ ...(isTick && { accept: "fresh" as const }), isTrusted, hops });
}

function statusIn(report: Report | undefined, service: string, settings: SurfaceSettings): ServingStatus | undefined {
  return report === undefined ? livenessStatus(settings) : statusOf(report, service);
}

/** Throws the deadline's own error when that is what ended the call; nobody reads it when the client has gone. */
function throwIfGone({ signal }: HandlerContext, { shutdown }: SurfaceSettings): void {
  if (shutdown?.aborted !== true) signal.throwIfAborted();
}
