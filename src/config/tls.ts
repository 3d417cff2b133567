import { isIpAddress } from "../core/address.ts";
import type { UpstreamTls } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";
import { isTls, type Manner } from "./manner.ts";
import { readText } from "./read.ts";
import { isReference, readSecretText, type Secrets } from "./secret.ts";

/**
 * Read an upstream's TLS; undefined when nothing of it is set. Certificates may be written as PEM text or as
 * `secret:UPSTREAM_X`, a key as the latter only; no problem shows any of them.
 *
 * Only Deno has it; and its `fetch` takes the server's name from the URL alone.
 */
export function readTls(
  fieldOf: (key: keyof TlsFields) => Field,
  manner: Manner,
  secrets: Secrets,
): UpstreamTls | undefined {
  const fields = {
    ca: hidden(fieldOf("ca")),
    cert: hidden(fieldOf("cert")),
    key: hidden(fieldOf("key")),
    serverName: fieldOf("serverName"),
  };
  const set = Object.values(fields).filter(({ value }) => value !== undefined);
  if (set.length === 0) return undefined;
  if (manner.platform === "workers") return refuseOnWorkers(fields);
  const ca = readPem(fields.ca, CERTIFICATE, secrets);
  const cert = readPem(fields.cert, CERTIFICATE, secrets);
  const key = readKey(fields.key, secrets);
  const serverName = readServerName(fields.serverName, manner);
  checkPair(fields);
  if (isTls(manner) === false) {
    for (const field of set) refuse(field, `${manner.scheme}:// has no TLS`, `remove it, or use ${TLS_FIX}`);
  }
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), ...(serverName && { serverName }) };
}

type TlsFields = Readonly<Record<keyof UpstreamTls, Field>>;

const TLS_FIX = "https://, grpcs:// or wss://";

/** What a text must hold (RFC 7468), and what it is called. */
interface Pem {
  readonly label: RegExp;
  readonly what: string;
}

const CERTIFICATE: Pem = {
  label: /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/,
  what: "-----BEGIN CERTIFICATE-----",
};
const PRIVATE_KEY: Pem = {
  label: /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[^-]+-----END (?:RSA |EC )?PRIVATE KEY-----/,
  what: "-----BEGIN PRIVATE KEY-----, without a passphrase",
};

function readPem(field: Field, { label, what }: Pem, secrets: Secrets): string | undefined {
  if (field.value === undefined) return undefined;
  const text = readSecretText(field, secrets);
  if (text === undefined) return undefined;
  // Files of environment variables keep each line break as the two characters that JSON and TOML read as one.
  const pem = text.replaceAll("\\n", "\n");
  return label.test(pem)
    ? pem
    : refuse(field, "no PEM text", `write the text itself, no file's name; it holds ${what}`);
}

function readKey(field: Field, secrets: Secrets): string | undefined {
  if (field.value === undefined || isReference(field.value)) return readPem(field, PRIVATE_KEY, secrets);
  return refuse(
    field,
    "a key does not belong in a registry",
    'keep it as a secret, key = "secret:UPSTREAM_KEY"',
  );
}

function readServerName(field: Field, { scheme, protocol }: Manner): string | undefined {
  const name = readText(field);
  if (name === undefined) return undefined;
  if (scheme === "https" && protocol !== undefined && protocol !== "grpc") {
    refuse(field, "over https:// only protocol grpc can ask for another name", "remove it, or use protocol grpc");
  }
  // An address is never sent as a server's name (RFC 6066 §3).
  const isName = URL.parse(`http://${name}`)?.hostname === name.toLowerCase() && !isIpAddress(name);
  return isName ? name : refuse(field, "no DNS name", "write one, as checkout.internal");
}

function checkPair({ cert, key }: TlsFields): void {
  if (cert.value !== undefined && key.value === undefined) {
    refuse(cert, "it has no key", 'add key = "secret:UPSTREAM_KEY"');
  }
  if (key.value !== undefined && cert.value === undefined) refuse(key, "it has no cert", "add cert");
}

function refuseOnWorkers({ ca, cert, key, serverName }: TlsFields): undefined {
  const state = "a Worker cannot set it";
  for (const field of [cert, key]) {
    if (field.value === undefined) continue;
    refuse(field, state, "remove it, and name an [[mtls_certificates]] binding in via");
  }
  for (const field of [ca, serverName]) {
    if (field.value === undefined) continue;
    refuse(field, state, "remove it, and probe the upstream by a public name and certificate, or from Deno");
  }
}

function hidden(field: Field): Field {
  return { ...field, isSecret: true };
}
