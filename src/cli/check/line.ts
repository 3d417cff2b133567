import { NOTHING_KNOWN } from "../../core/known.ts";
import { createGrpcClient } from "../../probe/grpc/client.ts";
import type { Network } from "../../probe/network.ts";
import { createProber } from "../../probe/prober.ts";
import { targetOf } from "../ask.ts";
import type { Io } from "../io.ts";
import type { Checked, CheckEvents } from "./checked.ts";
import { tryToConnect, unixDial, watchConnections } from "./connection.ts";
import { gzipped } from "./gzipped.ts";
import { insecureDial } from "./insecure-dial.ts";
import type { CheckPlan } from "./plan.ts";
import { createStopwatch } from "./stopwatch.ts";

/** The way to one server. */
export interface Line {
  /** Ask for a service once, connecting first unless it is; gives up after `connectWithinMs`, and then the call's own time. Never rejects. */
  check(service: string, connectWithinMs: number): Promise<Checked>;
  close(): void;
}

/** Create it; nothing is connected yet. */
export function createLine(plan: CheckPlan, { network: platform, clock, stop }: Io, events: CheckEvents): Line {
  const watch = createStopwatch(clock, plan.rpcTimeoutMs, events.connected);
  const own = { ...platform, keepsConnections: false, dial: dialOf(plan, platform) };
  const network = watchConnections(own, watch.connected);
  const openGrpc: typeof createGrpcClient = (options) =>
    plan.isGzipped ? gzipped(createGrpcClient(options)) : createGrpcClient(options);
  const session = createProber({ clock, network, openGrpc }).begin(0);

  async function ask(service: string, signal: AbortSignal): Promise<Checked> {
    // Where `fetch` connects, nobody tells when.
    if (watch.connectMs() === undefined && plan.protocol !== "grpc") {
      await tryToConnect(plan.url, signal);
      watch.connected();
    }
    const options = { timeoutMs: plan.rpcTimeoutMs, signal, attempt: 0, known: NOTHING_KNOWN, pay: () => true };
    const outcome = await session.probe(targetOf(plan, service), options);
    const connectMs = watch.connectMs();
    if (connectMs === undefined) return notConnected(outcome.message ?? "");
    if (stop.aborted) return { kind: "canceled", connectMs };
    // `fetch` connects by itself, and this much it tells.
    if (outcome.kind === "failed" && outcome.failure === "tls") return notConnected(outcome.message ?? "");
    if (watch.hasRunOut()) return { kind: "timeout", connectMs };
    return { kind: "answer", outcome, connectMs, rpcMs: watch.rpcMs() };
  }

  function notConnected(error: string): Checked {
    return { kind: "not-connected", isTimeout: watch.hasRunOut(), error: stop.aborted ? CANCELED : error };
  }

  return {
    async check(service, connectWithinMs) {
      try {
        return await ask(service, AbortSignal.any([stop, watch.begin(connectWithinMs)]));
      } catch (error) {
        return notConnected(error instanceof Error ? error.message : String(error));
      } finally {
        watch.end();
      }
    },
    close: () => session.end(),
  };
}

function dialOf({ unixPath, isVerified }: CheckPlan, { dial }: Network): Network["dial"] {
  if (unixPath !== undefined) return unixDial(unixPath);
  return isVerified ? dial : insecureDial;
}

/** As Go says it. */
const CANCELED = "context canceled";
