import type { Target } from "../../core/registry.ts";
import { targetOf } from "../ask.ts";
import type { JinaHost } from "./host.ts";

/** What `jina ping` asks: a Flow for a dry run, an Executor or a Gateway for its own health. */
export const PING_TARGETS = ["flow", "gateway", "executor"] as const;
export type PingTarget = (typeof PING_TARGETS)[number];

/**
 * What to ask of the host. Over WebSocket there is a dry run only; a single server that speaks it is asked for `GET /`, as
 * Jina does.
 */
export function pingTargetOf(target: PingTarget, { protocol, isTls, host, port }: JinaHost): Target {
  const scheme = protocol === "websocket" ? (target === "flow" ? "ws" : "http") : protocol;
  const url = `${scheme}${isTls ? "s" : ""}://${host}:${port}`;
  return targetOf({ url, protocol: "jina", kind: target === "flow" ? "flow" : "executor" }, "");
}
