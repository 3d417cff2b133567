import type { FailureKind, ProbeOutcome } from "../core/observation.ts";
import { GRPC_CODES, type GrpcCode } from "../wire/grpc-code.ts";

/** Why a call told nothing good, in gRPC's terms. */
export interface RpcError {
  readonly code: GrpcCode;
  readonly detail: string;
}

/**
 * Read an outcome other than SERVING as a gRPC client would have it: the code that the server told, or else the one that what
 * happened stands for.
 */
export function rpcErrorOf(outcome: ProbeOutcome): RpcError {
  const message = outcome.message ?? "";
  const [, name, detail] = /^([a-z_]+)(?:: (.*))?$/s.exec(message) ?? [];
  const told = GRPC_CODES.find((code) => code === name);
  if (told !== undefined) return { code: told, detail: detail ?? "" };
  if (outcome.kind === "failed") return { code: BY_FAILURE[outcome.failure], detail: message };
  if (outcome.kind === "not-attempted") return { code: "internal", detail: message };
  return {
    code: outcome.reason === "health_unimplemented" ? "unimplemented" : "unknown",
    detail: message === "" ? outcome.status : message,
  };
}

const BY_FAILURE: Readonly<Record<FailureKind, GrpcCode>> = {
  timeout: "deadline_exceeded",
  unavailable: "unavailable",
  dns: "unavailable",
  tls: "unavailable",
  overloaded: "resource_exhausted",
  rpc_error: "unknown",
  protocol_mismatch: "internal",
};
