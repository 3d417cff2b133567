import type { UpstreamTls } from "../../core/registry.ts";
import { CliError } from "../cli-error.ts";

/** Files and names that a TLS connection is made with. */
export interface TlsOptions {
  readonly tlsCaCert?: string | undefined;
  readonly tlsClientCert?: string | undefined;
  readonly tlsClientKey?: string | undefined;
  readonly tlsServerName?: string | undefined;
}

/**
 * Read the certificates that TLS is to use; undefined when nothing of it is set.
 *
 * @throws CliError in the words of grpc_health_probe, when a file cannot be read or holds none.
 */
export async function readTls(
  { tlsCaCert, tlsClientCert, tlsClientKey, tlsServerName }: TlsOptions,
): Promise<UpstreamTls | undefined> {
  const ca = await readPem(tlsCaCert, "CERTIFICATE");
  const cert = await readPem(tlsClientCert, "CERTIFICATE");
  const key = await readPem(tlsClientKey, "PRIVATE KEY");
  const tls = {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(tlsServerName && { serverName: tlsServerName }),
  };
  return Object.keys(tls).length === 0 ? undefined : tls;
}

async function readPem(path: string | undefined, what: string): Promise<string | undefined> {
  if (path === undefined || path === "") return undefined;
  const text = await Deno.readTextFile(path).catch((error) => {
    throw refused(`${path}: ${error instanceof Error ? error.message : error}`);
  });
  if (!new RegExp(`-----BEGIN (?:\\w+ )?${what}-----`).test(text)) throw refused(`no ${what} in ${path}`);
  return text;
}

function refused(error: string): CliError {
  return new CliError(`failed to initialize tls credentials. error=${error}`, "name a file of PEM text");
}
