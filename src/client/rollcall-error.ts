import type { GrpcCode } from "../wire/grpc-code.ts";

/**
 * What went wrong between a caller and Rollcall. The state of an upstream is never one of these: that is an answer.
 *
 * `code` tells what to do about it:
 * - `canceled`: the caller's own signal aborted; its reason is the `cause`.
 * - `deadline_exceeded`: no answer within `timeoutMs`.
 * - `unavailable`: nobody answered (refused, DNS, TLS, and in browsers CORS), or a proxy did, for want of a server.
 * - `not_found`: Rollcall serves no such name.
 * - `unauthenticated`, `permission_denied`: the token is wrong, or something before Rollcall wants another one.
 * - `unimplemented`: whoever answers at this URL is no Rollcall.
 * - `resource_exhausted`: more names than `list` may have.
 * - `internal`: the answer cannot be read.
 * - any other code of gRPC, as it came.
 */
export class RollcallError extends Error {
  override readonly name = "RollcallError";
  readonly code: GrpcCode;

  constructor(code: GrpcCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}

/**
 * The error that a bare HTTP status is.
 *
 * @param text What the answer said of it; may be empty.
 */
export function errorOfHttp(status: number, text: string): RollcallError {
  return new RollcallError(BY_HTTP_STATUS[status] ?? "unknown", `HTTP ${status}${text === "" ? "" : `: ${text}`}`);
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
const BY_HTTP_STATUS: Readonly<Record<number, GrpcCode>> = {
  400: "internal",
  401: "unauthenticated",
  403: "permission_denied",
  404: "unimplemented",
  429: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};
