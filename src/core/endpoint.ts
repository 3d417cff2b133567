/** Where an upstream's URL leads. */
export interface Endpoint {
  /** A name or an address; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** Read the endpoint of a validated URL; without a port, 443 over TLS and 80 otherwise. */
export function endpointOf(url: string): Endpoint {
  const { protocol, hostname, port } = new URL(url);
  const isTls = TLS_SCHEMES.has(protocol);
  const standard = isTls ? 443 : 80;
  return { hostname: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? standard : Number(port), isTls };
}

const TLS_SCHEMES: ReadonlySet<string> = new Set(["https:", "grpcs:", "wss:"]);
