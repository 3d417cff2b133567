import type { ProbeOutcome } from "../../core/observation.ts";
import { rpcErrorOf } from "../rpc-error.ts";
import type { Checked } from "./checked.ts";
import { goDuration } from "./go-duration.ts";
import type { CheckPlan } from "./plan.ts";

/** As grpc_health_probe has them. */
export const CHECK_EXIT_CODE = { SERVING: 0, WRONG_USE: 1, NOT_CONNECTED: 2, RPC_FAILED: 3, NOT_SERVING: 4 } as const;

/** What a check came to. */
export interface CheckResult {
  readonly exitCode: number;
  /** In grpc_health_probe's words. */
  readonly text: string;
  /** As in `HealthCheckResponse.ServingStatus`, a number for one that this version does not know; undefined when there is none. */
  readonly status?: string;
}

/** Say what the check of one service came to. */
export function resultOf(checked: Checked, { addr, connectTimeoutMs, rpcTimeoutMs }: CheckPlan): CheckResult {
  const timeoutText = `timeout: health rpc did not complete within ${goDuration(rpcTimeoutMs)}`;
  if (checked.kind === "timeout") return { exitCode: CHECK_EXIT_CODE.RPC_FAILED, text: timeoutText };
  if (checked.kind === "canceled") {
    return { exitCode: CHECK_EXIT_CODE.RPC_FAILED, text: failedText("canceled", "context canceled") };
  }
  if (checked.kind === "not-connected") {
    const text = checked.isTimeout
      ? `timeout: failed to connect service ${quoted(addr)} within ${goDuration(connectTimeoutMs)}`
      : `error: failed to connect service at ${quoted(addr)}: ${checked.error}`;
    return { exitCode: CHECK_EXIT_CODE.NOT_CONNECTED, text };
  }
  const status = statusOf(checked.outcome);
  if (status === "SERVING") return { exitCode: CHECK_EXIT_CODE.SERVING, text: "status: SERVING", status };
  if (status !== undefined) {
    return {
      exitCode: CHECK_EXIT_CODE.NOT_SERVING,
      text: `service unhealthy (responded with ${quoted(status)})`,
      status,
    };
  }
  const { code, detail } = rpcErrorOf(checked.outcome);
  if (code === "deadline_exceeded") return { exitCode: CHECK_EXIT_CODE.RPC_FAILED, text: timeoutText };
  const text = code === "unimplemented"
    ? `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${detail}`
    : failedText(code, detail);
  return { exitCode: CHECK_EXIT_CODE.RPC_FAILED, text };
}

function failedText(code: string, detail: string): string {
  return `error: health rpc failed: rpc error: code = ${goCode(code)} desc = ${detail}`;
}

/** The status that a server answered with, in the protocol's own words; undefined when it answered none. */
export function statusOf(outcome: ProbeOutcome): string | undefined {
  if (outcome.kind !== "answered") return undefined;
  const { reason, status, message } = outcome;
  if (reason === undefined) return status;
  if (reason === "service_not_registered") return message === undefined ? "SERVICE_UNKNOWN" : undefined;
  if (reason !== "status_unknown") return undefined;
  return /^serving status "?([^"]*)"?$/.exec(message ?? "")?.[1] ?? "UNKNOWN";
}

/** `not_found` as `NotFound`: https://pkg.go.dev/google.golang.org/grpc/codes */
function goCode(code: string): string {
  return code.split("_").map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join("");
}

/** As Go's `%q`. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
