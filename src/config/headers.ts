import { childField, type Field, refuse } from "./field.ts";
import { isTable } from "./read.ts";
import { readSecretText, type Secrets } from "./secret.ts";

/**
 * Read the headers sent with every probe of an upstream: names in lower case, `secret:UPSTREAM_X` replaced by the
 * variable or Worker secret of that name. No problem shows a value.
 */
export function readHeaders(field: Field, secrets: Secrets): Readonly<Record<string, string>> {
  if (field.value === undefined) return {};
  if (!isTable(field.value)) {
    return refuse({ ...field, isSecret: true }, "not a table", 'write { name = "value" }') ?? {};
  }
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(field.value)) {
    const header = { ...childField(field, name, value), isSecret: true };
    if (headers.has(name.toLowerCase())) refuse(header, "the same header again in other case", "keep one");
    headers.set(name.toLowerCase(), readHeader(header, name.toLowerCase(), secrets));
  }
  return Object.fromEntries(headers);
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** Latin-1 without controls but tab: what `Headers` takes, and RFC 9110 §5.5 allows. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that belong to the connection or to the probe's own protocol; a second value would break or forge it. */
const OWNED = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-grpc-web",
]);

/** `grpc-timeout`, `connect-protocol-version`, `sec-websocket-key`, Rollcall's own hop count, and their like. */
const OWNED_PREFIXES = ["grpc-", "connect-", "sec-websocket-", "rollcall-"];

function readHeader(field: Field, name: string, secrets: Secrets): string {
  if (!TOKEN.test(name)) refuse(field, "no name of a header", "write letters, digits and dashes");
  if (OWNED.has(name) || OWNED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    refuse(field, "the probe sets this header itself", "remove it");
  }
  const value = readSecretText(field, secrets);
  if (value !== undefined && !VALUE.test(value)) {
    refuse(
      field,
      "it has control or non-Latin-1 characters",
      "remove them (a value piped in may end with a line break)",
    );
  }
  return value ?? "";
}
