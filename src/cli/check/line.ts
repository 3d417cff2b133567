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

/** The way to one server. */
export interface Line {
  /** Ask for a service once, connecting first unless it is; gives up after `connectWithinMs`, and then the call's own time. Never rejects. */
  check(service: string, connectWithinMs: number): Promise<Checked>;
  close(): void;
}

/** Create it; nothing is connected yet. */
export function createLine(plan: CheckPlan, { network: platform, clock, stop }: Io, events: CheckEvents): Line {
  const startedMs = clock.nowMs();
  /** From the start of all; undefined until then. */
  let connectMs: number | undefined;
  let onConnected = () => {};
  const own = { ...platform, keepsConnections: false, dial: dialOf(plan, platform) };
  const network = watchConnections(own, () => onConnected());
  const session = createProber({
    clock,
    network,
    openGrpc: (options) => plan.isGzipped ? gzipped(createGrpcClient(options)) : createGrpcClient(options),
  }).begin(0);

  async function check(service: string, connectWithinMs: number): Promise<Checked> {
    const time = new AbortController();
    const signal = AbortSignal.any([stop, time.signal]);
    const arm = (ms: number) => clock.after(ms, () => time.abort());
    let rpcStartedMs = clock.nowMs();
    let disarm = arm(connectMs === undefined ? connectWithinMs : plan.rpcTimeoutMs);
    onConnected = () => {
      // A second connection, as to negotiate.
      if (connectMs !== undefined) return;
      disarm();
      disarm = arm(plan.rpcTimeoutMs);
      rpcStartedMs = clock.nowMs();
      connectMs = rpcStartedMs - startedMs;
      events.connected(connectMs);
    };
    const notConnected = (error: string): Checked => {
      return { kind: "not-connected", isTimeout: time.signal.aborted, error: stop.aborted ? CANCELED : error };
    };
    try {
      // Where `fetch` connects, nobody tells when.
      if (connectMs === undefined && plan.protocol !== "grpc") {
        await tryToConnect(plan.url, signal);
        onConnected();
      }
      const { rpcTimeoutMs: timeoutMs } = plan;
      const options = { timeoutMs, signal, attempt: 0, known: NOTHING_KNOWN, pay: () => true };
      const outcome = await session.probe(targetOf(plan, service), options);
      if (connectMs === undefined) return notConnected(outcome.message ?? "");
      if (stop.aborted) return { kind: "canceled", connectMs };
      // `fetch` connects by itself, and this much it tells.
      if (outcome.kind === "failed" && outcome.failure === "tls") return notConnected(outcome.message ?? "");
      if (time.signal.aborted) return { kind: "timeout", connectMs };
      return { kind: "answer", outcome, connectMs, rpcMs: clock.nowMs() - rpcStartedMs };
    } catch (error) {
      return notConnected(error instanceof Error ? error.message : String(error));
    } finally {
      disarm();
    }
  }

  return { check, close: () => session.end() };
}

function dialOf({ unixPath, isVerified }: CheckPlan, { dial }: Network): Network["dial"] {
  if (unixPath !== undefined) return unixDial(unixPath);
  return isVerified ? dial : insecureDial;
}

/** As Go says it. */
const CANCELED = "context canceled";
