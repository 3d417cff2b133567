import type { Protocol, UpstreamTls } from "../../core/registry.ts";
import { CliError } from "../cli-error.ts";
import { type RpcHeader, rpcHeadersOf } from "../rpc-header.ts";
import { type CheckAddress, readAddress } from "./address.ts";
import { readTls, type TlsOptions } from "./credentials.ts";
import { goDuration } from "./go-duration.ts";

/** The options of security. */
export interface CredentialOptions extends TlsOptions {
  readonly tls?: true | undefined;
  readonly tlsNoVerify?: true | undefined;
  readonly alts?: true | undefined;
  readonly spiffe?: true | undefined;
}

/** The options of `rollcall check`, as they were written. */
export interface CheckOptions extends CredentialOptions {
  readonly addr?: string | undefined;
  readonly service?: readonly string[] | undefined;
  readonly protocol?: Protocol | "auto" | undefined;
  readonly userAgent: string;
  /** In milliseconds, as all times here. */
  readonly connectTimeout: number;
  readonly rpcTimeout: number;
  readonly rpcHeader?: readonly RpcHeader[] | undefined;
  readonly gzip?: true | undefined;
  readonly v?: true | undefined;
  readonly json?: true | undefined;
}

/** What to check, and how. */
export interface CheckPlan extends CheckAddress {
  /** As it was written. */
  readonly addr: string;
  readonly services: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  readonly rpcTimeoutMs: number;
  readonly tls?: UpstreamTls;
  /** The server's certificate is looked at. */
  readonly isVerified: boolean;
  readonly isGzipped: boolean;
}

/**
 * Judge the options, in grpc_health_probe's order and words, and read the files they name.
 *
 * https://github.com/grpc-ecosystem/grpc-health-probe/blob/v0.4.40/main.go
 *
 * @throws CliError
 */
export async function planCheck(options: CheckOptions): Promise<CheckPlan> {
  const { addr = "", protocol, service = [""], rpcHeader = [], userAgent } = options;
  if (addr === "") throw new CliError("-addr not specified", "");
  checkTimes(options);
  const address = readAddress(addr, { protocol, isTls: options.tls === true });
  checkCredentials(options, address.isTls);
  checkAbilities(options, address);
  const tls = await readTls(options);
  return {
    ...address,
    addr,
    services: service,
    headers: { "user-agent": userAgent, ...rpcHeadersOf(rpcHeader) },
    connectTimeoutMs: options.connectTimeout,
    rpcTimeoutMs: options.rpcTimeout,
    ...(tls && { tls }),
    isVerified: options.tlsNoVerify !== true,
    isGzipped: options.gzip === true,
  };
}

function checkTimes({ connectTimeout, rpcTimeout }: CheckOptions): void {
  for (const [name, ms] of [["connect", connectTimeout], ["rpc", rpcTimeout]] as const) {
    if (ms > 0) continue;
    throw new CliError(`-${name}-timeout must be greater than zero (specified: ${goDuration(ms)})`, "");
  }
}

/**
 * Judge which options of security do not go together.
 *
 * @throws CliError
 */
export function checkCredentials(options: CredentialOptions, isTls: boolean): void {
  const { tls, alts, spiffe, tlsNoVerify, tlsCaCert, tlsClientCert, tlsClientKey, tlsServerName } = options;
  const complain = (isSo: unknown, problem: string) => {
    if (isSo) throw new CliError(problem, "");
  };
  complain(alts && spiffe, "-alts and -spiffe are mutually incompatible");
  complain(tls && alts, "cannot specify -tls with -alts");
  complain(tls && spiffe, "-tls and -spiffe are mutually incompatible");
  complain(!isTls && tlsNoVerify, "specified -tls-no-verify without specifying -tls");
  complain(!isTls && tlsCaCert, "specified -tls-ca-cert without specifying -tls");
  complain(!isTls && tlsClientCert, "specified -tls-client-cert without specifying -tls");
  complain(!isTls && tlsServerName, "specified -tls-server-name without specifying -tls");
  complain(tlsClientCert && !tlsClientKey, "specified -tls-client-cert without specifying -tls-client-key");
  complain(!tlsClientCert && tlsClientKey, "specified -tls-client-key without specifying -tls-client-cert");
  complain(
    tlsNoVerify && tlsCaCert,
    "cannot specify -tls-ca-cert with -tls-no-verify (CA cert would not be used)",
  );
  complain(
    tlsNoVerify && tlsServerName,
    "cannot specify -tls-server-name with -tls-no-verify (server name would not be used)",
  );
}

/** What cannot be done here is said, never left out. */
function checkAbilities(
  { alts, spiffe, tlsNoVerify, tlsServerName, gzip }: CheckOptions,
  { protocol }: CheckAddress,
): void {
  if (alts) throw new CliError("Cannot use -alts: Deno has no ALTS", "use -tls, or grpc_health_probe for this server");
  if (spiffe) {
    throw new CliError(
      "Cannot use -spiffe: Deno has no SPIFFE Workload API",
      "write the SVID to files, and name them in -tls-client-cert and -tls-client-key",
    );
  }
  const ofGrpcOnly = { "-tls-no-verify": tlsNoVerify, "-tls-server-name": tlsServerName, "-gzip": gzip };
  for (const [flag, value] of Object.entries(ofGrpcOnly)) {
    if (value === undefined || protocol === "grpc") continue;
    throw new CliError(
      `Cannot use ${flag} with protocol ${protocol}: Deno's fetch has no such option`,
      "add --protocol grpc",
    );
  }
}
