/** gRPC's codes less OK, each at its number less one, in the words of Connect: https://connectrpc.com/docs/protocol#error-codes */
export const GRPC_CODES = [
  "canceled",
  "unknown",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
  "unauthenticated",
] as const;

/** The name of a code that is not OK. */
export type GrpcCode = typeof GRPC_CODES[number];
