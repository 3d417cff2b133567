import { NOTHING_KNOWN } from "../../core/known.ts";
import type { ProbeOutcome } from "../../core/observation.ts";
import { createGrpcClient } from "../../probe/grpc/client.ts";
import { createProber } from "../../probe/prober.ts";
import { targetOf } from "../ask.ts";
import type { Io } from "../io.ts";
import { tryToConnect, watchConnections } from "./connection.ts";
import { gzipped } from "./gzipped.ts";
import { insecureDial } from "./insecure-dial.ts";
import type { CheckPlan } from "./plan.ts";

/** How the check of one service went. */
export type Checked =
  | { readonly kind: "not-connected"; readonly isTimeout: boolean; readonly error: string }
  | { readonly kind: "timeout"; readonly connectMs: number }
  | { readonly kind: "canceled"; readonly connectMs: number }
  | { readonly kind: "answer"; readonly outcome: ProbeOutcome; readonly connectMs: number; readonly rpcMs: number };

/** Told while the checks go on. */
export interface CheckEvents {
  connecting(): void;
  connected(tookMs: number): void;
}

/** As Go says it of its own. */
const CANCELED = "context canceled";

/** Check one service after another, over one connection where the protocol is native gRPC. Never rejects. */
export async function checkServices(plan: CheckPlan, io: Io, events: CheckEvents): Promise<readonly Checked[]> {
  const { clock } = io;
  let onConnected = () => {};
  const own = { ...io.network, keepsConnections: false };
  const { network, isConnected } = watchConnections(
    plan.isVerified ? own : { ...own, dial: insecureDial },
    () => onConnected(),
  );
  const session = createProber({
    clock,
    network,
    openGrpc: (options) => plan.isGzipped ? gzipped(createGrpcClient(options)) : createGrpcClient(options),
  }).begin(0);
  const startedMs = clock.nowMs();
  let connectMs = 0;
  let hasConnected = false;

  async function check(service: string): Promise<Checked> {
    const time = new AbortController();
    const arm = (ms: number) => clock.after(ms, () => time.abort());
    const signal = AbortSignal.any([io.stop, time.signal]);
    let rpcStartedMs = clock.nowMs();
    let disarm = arm(hasConnected ? plan.rpcTimeoutMs : plan.connectTimeoutMs);
    onConnected = () => {
      hasConnected = true;
      disarm();
      disarm = arm(plan.rpcTimeoutMs);
      rpcStartedMs = clock.nowMs();
      connectMs = rpcStartedMs - startedMs;
      events.connected(connectMs);
    };
    try {
      if (!hasConnected && plan.protocol !== "grpc") {
        await tryToConnect(plan.url, signal);
        onConnected();
      }
      const outcome = await session.probe(targetOf(plan, service), {
        timeoutMs: plan.rpcTimeoutMs,
        signal,
        attempt: 0,
        known: NOTHING_KNOWN,
        pay: () => true,
      });
      if (plan.protocol === "grpc" && !isConnected()) {
        const error = io.stop.aborted ? CANCELED : outcome.message ?? "";
        return { kind: "not-connected", isTimeout: time.signal.aborted, error };
      }
      if (io.stop.aborted) return { kind: "canceled", connectMs };
      if (time.signal.aborted) return { kind: "timeout", connectMs };
      return { kind: "answer", outcome, connectMs, rpcMs: clock.nowMs() - rpcStartedMs };
    } catch (error) {
      const state = error instanceof Error ? error.message : String(error);
      return { kind: "not-connected", isTimeout: time.signal.aborted, error: state };
    } finally {
      disarm();
    }
  }

  events.connecting();
  const checked: Checked[] = [];
  for (const service of plan.services) {
    const last = checked.at(-1);
    // What cannot be reached for one service cannot for another.
    checked.push(last?.kind === "not-connected" ? last : await check(service));
  }
  session.end();
  return checked;
}
