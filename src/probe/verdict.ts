import type { ProbeOutcome } from "../core/observation.ts";
import { GRPC_CODES, type GrpcCode } from "../wire/grpc-code.ts";

/** What a probe found, before it is timed and its message cleaned. */
export type Verdict = Untimed<ProbeOutcome> & {
  /** Told in the protocol's own words, not by a bare HTTP status or a broken connection: whoever answered speaks it. */
  readonly isFramed?: true;
};
type Untimed<T> = T extends unknown ? Omit<T, "latencyMs"> : never;

/** The upstream answered OK with this number as its serving status; `seen` is how it wrote it. */
export function servingVerdict(status: number, seen = String(status)): Verdict {
  const verdict = BY_SERVING_STATUS[status] ?? { ...STATUS_UNKNOWN, message: `serving status ${seen}` };
  return { ...verdict, isFramed: true };
}

/**
 * The call ended with a gRPC code other than OK, in whichever protocol it was told.
 *
 * @param code Codes that gRPC does not define count as `rpc_error`.
 * @param text The upstream's own message; may be empty.
 */
export function grpcVerdict(code: number, text: string): Verdict {
  const known = GRPC_CODES[code - 1];
  const verdict = known === undefined ? RPC_ERROR : BY_GRPC_CODE[known];
  const name = known ?? `grpc-status ${code}`;
  return { ...verdict, message: text === "" ? name : `${name}: ${text}`, isFramed: true };
}

/** The gRPC code that a Connect error names; undefined when Connect has no such code. */
export function codeOfName(name: unknown): number | undefined {
  const index = GRPC_CODES.findIndex((known) => known === name);
  return index < 0 ? undefined : index + 1;
}

/**
 * The answer is a bare HTTP status: 200 excepted, it is judged before the content type and before any `grpc-status`
 * header, because proxies answer in the upstream's place and copy its headers.
 *
 * @param text The upstream's own message; may be empty.
 */
export function httpVerdict(status: number, text = ""): Verdict {
  const verdict = BY_HTTP_STATUS[status] ?? (status >= 500 && status <= 599 ? UNAVAILABLE : PROTOCOL_MISMATCH);
  return { ...verdict, message: text === "" ? `HTTP ${status}` : `HTTP ${status}: ${text}` };
}

/** The upstream answered, but not in the protocol it was asked in. `seen` says what came instead. */
export function mismatch(seen: string): Verdict {
  return { ...PROTOCOL_MISMATCH, message: seen };
}

const SERVING = { kind: "answered", status: "SERVING" } as const satisfies Verdict;
const NOT_SERVING = { kind: "answered", status: "NOT_SERVING" } as const satisfies Verdict;
const STATUS_UNKNOWN = { kind: "answered", status: "UNKNOWN", reason: "status_unknown" } as const satisfies Verdict;
const NOT_REGISTERED = {
  kind: "answered",
  status: "NOT_SERVING",
  reason: "service_not_registered",
} as const satisfies Verdict;
const UNIMPLEMENTED = {
  kind: "answered",
  status: "UNKNOWN",
  reason: "health_unimplemented",
} as const satisfies Verdict;
const DENIED = { kind: "answered", status: "UNKNOWN", reason: "probe_denied" } as const satisfies Verdict;
const OVERLOADED = { kind: "failed", failure: "overloaded" } as const satisfies Verdict;
const TIMEOUT = { kind: "failed", failure: "timeout" } as const satisfies Verdict;
const UNAVAILABLE = { kind: "failed", failure: "unavailable" } as const satisfies Verdict;
const DNS = { kind: "failed", failure: "dns" } as const satisfies Verdict;
const TLS = { kind: "failed", failure: "tls" } as const satisfies Verdict;
const RPC_ERROR = { kind: "failed", failure: "rpc_error" } as const satisfies Verdict;
const PROTOCOL_MISMATCH = { kind: "failed", failure: "protocol_mismatch" } as const satisfies Verdict;

/** By `HealthCheckResponse.ServingStatus`. */
const BY_SERVING_STATUS: readonly Verdict[] = [STATUS_UNKNOWN, SERVING, NOT_SERVING, NOT_REGISTERED];

const BY_GRPC_CODE: Readonly<Record<GrpcCode, Verdict>> = {
  canceled: RPC_ERROR,
  unknown: RPC_ERROR,
  invalid_argument: RPC_ERROR,
  deadline_exceeded: TIMEOUT,
  not_found: NOT_REGISTERED,
  already_exists: RPC_ERROR,
  permission_denied: DENIED,
  resource_exhausted: OVERLOADED,
  failed_precondition: RPC_ERROR,
  aborted: RPC_ERROR,
  out_of_range: RPC_ERROR,
  unimplemented: UNIMPLEMENTED,
  internal: RPC_ERROR,
  unavailable: UNAVAILABLE,
  data_loss: RPC_ERROR,
  unauthenticated: DENIED,
};

/**
 * Any other 5xx is `unavailable`, anything else `protocol_mismatch`. 520 to 530 are Cloudflare's, in place of an origin
 * it could not reach: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const BY_HTTP_STATUS: Readonly<Record<number, Verdict>> = {
  401: DENIED,
  403: DENIED,
  404: UNIMPLEMENTED,
  429: OVERLOADED,
  504: TIMEOUT,
  522: TIMEOUT,
  524: TIMEOUT,
  525: TLS,
  526: TLS,
  530: DNS,
};
