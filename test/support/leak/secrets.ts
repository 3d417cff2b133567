import { Buffer } from "node:buffer";

/** What only some may read. */
export interface Secret {
  /** `address`: also those who hold a token, and the operator's log of a boot; `secret`: nobody. */
  readonly kind: "address" | "secret";
  /** Such as `header authorization of upstream "a"`. */
  readonly what: string;
  readonly text: string;
}

/** Shorter ones are found in anything. */
export const SECRET_MIN_CHARS = 8;

/** The secrets of an environment as a Rollcall gets it. */
export function secretsOf(env: Readonly<Record<string, string>>): readonly Secret[] {
  const { UPSTREAMS = "[]", ...vars } = env;
  const upstreams: unknown = JSON.parse(UPSTREAMS);
  const found = [
    ...(Array.isArray(upstreams) ? upstreams.flatMap(secretsOfUpstream) : []),
    ...Object.entries(vars).flatMap(([name, value]) => secretsOfVariable(name, value)),
  ];
  // What is a name, too, is no secret.
  const told = UPSTREAMS.match(/"name":"[^"]*"/g)?.join() ?? "";
  return found.filter(({ text }) => !told.includes(text));
}

/** Where an upstream is. */
export function addressesIn(url: string, what: string): readonly Secret[] {
  const { host = "", hostname = "" } = URL.parse(url.replace(/^\w+:/, "http:")) ?? {};
  const isTelling = hostname.includes(".") || hostname.includes(":");
  return [host, ...(isTelling ? [hostname] : [])]
    .filter((text) => text.length >= SECRET_MIN_CHARS)
    .map((text) => ({ kind: "address", what, text }));
}

/** A value that is sent or held, of `Bearer token` also the bare token, of PEM text each line. */
export function secretValues(value: string, what: string): readonly Secret[] {
  return value.split(/\\n|\s+/)
    .filter((text) => text.length >= SECRET_MIN_CHARS && !text.startsWith("secret:"))
    .map((text) => ({ kind: "secret", what, text }));
}

/**
 * The first secret that a text holds, in whatever way it may be written there; undefined when it holds none.
 *
 * @param mayHoldAddresses It is said to a reader who may know them.
 */
export function leakIn(text: string, secrets: readonly Secret[], mayHoldAddresses: boolean): Secret | undefined {
  const readings = [text, percentDecoded(text), base64Decoded(text)].join("\n");
  return secrets.find(({ kind, text }) => !(mayHoldAddresses && kind === "address") && readings.includes(text));
}

function secretsOfUpstream(upstream: Readonly<Record<string, unknown>>): readonly Secret[] {
  const { name, url, headers = {}, authority, serverName, key, cert } = upstream;
  const of = `of upstream ${JSON.stringify(name)}`;
  return [
    ...addressesIn(String(url), `the address ${of}`),
    ...[authority, serverName].filter((host) => host !== undefined)
      .flatMap((host) => addressesIn(`http://${host}`, `a host ${of}`)),
    ...Object.entries(Object(headers)).flatMap(([header, value]) =>
      secretValues(String(value), `header ${header} ${of}`)
    ),
    ...[key, cert].flatMap((pem) => typeof pem === "string" ? secretValues(pem, `the key pair ${of}`) : []),
  ];
}

function secretsOfVariable(name: string, value: string): readonly Secret[] {
  if (/^UPSTREAM_|TOKEN$/.test(name)) return secretValues(value, name);
  return /^\w+:\/\//.test(value) ? addressesIn(value, name) : [];
}

/** As in `grpc-message`. */
function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** As in gRPC-web text, and headers that end with `-bin`. */
function base64Decoded(text: string): string {
  return (text.match(/[\w+/-]{12,}/g) ?? []).map((run) => Buffer.from(run, "base64").toString("latin1")).join("\n");
}
