import { isTable } from "../../config/read.ts";

/** A `secret:` reference of a registry, and whether PEM text is asked for. */
interface Reference {
  readonly name: string;
  readonly field: string;
}

/** Names of the secrets that a registry refers to and `env` does not hold, each once, in order. */
export function missingSecrets(upstreams: unknown, env: Readonly<Record<string, unknown>>): readonly string[] {
  const names = referencesIn(upstreams, "").map(({ name }) => name);
  return [...new Set(names)].filter((name) => !Object.hasOwn(env, name) || env[name] === "");
}

/** Stand-ins for all secrets of a registry, so that everything else in it can be checked where they are not known. */
export function secretStandIns(upstreams: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(referencesIn(upstreams, "").map(({ name, field }) => [name, PEM[field] ?? "stand-in"]));
}

function referencesIn(value: unknown, field: string): readonly Reference[] {
  if (typeof value === "string") {
    const name = /^secret:(UPSTREAM_[A-Za-z0-9_]+)$/.exec(value)?.[1];
    return name === undefined ? [] : [{ name, field }];
  }
  if (Array.isArray(value)) return value.flatMap((item) => referencesIn(item, field));
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => referencesIn(item, key));
}

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
const PEM: Readonly<Record<string, string>> = {
  ca: CERTIFICATE,
  cert: CERTIFICATE,
  key: "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----",
};
