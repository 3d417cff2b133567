import { goDuration } from "./go-duration.ts";
import type { CheckOptions, CheckPlan } from "./plan.ts";

/** What `-v` tells of the options, as grpc_health_probe does, but for the values of headers, which may be secrets. */
export function verboseText(
  options: CheckOptions,
  { addr, isTls, connectTimeoutMs, rpcTimeoutMs }: CheckPlan,
): readonly string[] {
  const { rpcHeader = [], tlsNoVerify, tlsCaCert = "", tlsClientCert = "", tlsClientKey = "", tlsServerName = "" } =
    options;
  const headers = rpcHeader.map(([name]) => `${name}: ***`).join(", ");
  const tls = [
    `  > no-verify=${tlsNoVerify === true}`,
    `  > ca-cert=${tlsCaCert}`,
    `  > client-cert=${tlsClientCert}`,
    `  > client-key=${tlsClientKey}`,
    `  > server-name=${tlsServerName}`,
  ];
  return [
    "parsed options:",
    `> addr=${addr} conn_timeout=${goDuration(connectTimeoutMs)} rpc_timeout=${goDuration(rpcTimeoutMs)}`,
    ...(headers === "" ? [] : [`> headers: ${headers}`]),
    `> tls=${isTls}`,
    ...(isTls ? tls : []),
    "> alts=false",
    "> spiffe=false",
  ];
}
