/** The fields of an upstream, in the order in which they are read. */
export const UPSTREAM_FIELDS = [
  "name",
  "url",
  "protocol",
  "kind",
  "codec",
  "services",
  "method",
  "expectStatus",
  "expectJson",
  "timeoutMs",
  "ttlMs",
  "critical",
  "headers",
  "via",
  "authority",
  "ca",
  "cert",
  "key",
  "serverName",
  "watch",
] as const;

export type UpstreamField = (typeof UPSTREAM_FIELDS)[number];
