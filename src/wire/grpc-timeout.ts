/** Write a timeout, in milliseconds, for `grpc-timeout`; at most eight digits: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
export function grpcTimeout(timeoutMs: number): string {
  return `${Math.min(99_999_999, Math.max(1, Math.ceil(timeoutMs)))}m`;
}
