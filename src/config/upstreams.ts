import type { Knobs } from "../core/knobs.ts";
import { type Protocol, PROTOCOLS, type Upstream } from "../core/registry.ts";
import { childField, type Field, refuse } from "./field.ts";
import { readHeaders, type Secrets } from "./headers.ts";
import { readProtocol } from "./protocol-pairs.ts";
import {
  DURATION_MS,
  isTable,
  readBoolean,
  readChoice,
  readInteger,
  readJson,
  readTable,
  readText,
  WAIT_MS,
} from "./read.ts";
import { checkNotReserved } from "./reserved.ts";
import { type AddressRules, readUrl } from "./upstream-url.ts";

/** What the upstreams' defaults and checks depend on. */
export interface UpstreamContext extends Secrets, AddressRules {
  readonly knobs: Knobs;
}

/** One entry of UPSTREAMS. */
export interface UpstreamEntry {
  /** For problems that only show among several upstreams. */
  readonly field: Field;
  readonly upstream: Upstream;
}

/**
 * Read UPSTREAMS, a list of tables or its JSON text, noting every problem of every upstream.
 *
 * @returns The entries that are tables, in order; fields with a problem hold stand-ins, so they are for use only if none
 * was noted. Undefined when there is no list to tell.
 */
export function readUpstreams(field: Field, context: UpstreamContext): readonly UpstreamEntry[] | undefined {
  const list = readJson(field);
  if (list === undefined) return field.value === undefined ? [] : undefined;
  if (!Array.isArray(list)) {
    return refuse({ ...field, isSecret: true }, "not a list", "write [[vars.UPSTREAMS]] tables, or a JSON list");
  }
  return list.flatMap((value: unknown, index) => readEntry(childField(field, index, value), context) ?? []);
}

const FIELDS = ["name", "url", "protocol", "codec", "services", "timeoutMs", "ttlMs", "critical", "headers"] as const;

function readEntry(item: Field, context: UpstreamContext): UpstreamEntry | undefined {
  const upstreamName = isTable(item.value) && typeof item.value["name"] === "string" ? item.value["name"] : "";
  const field = { ...item, upstreamName, isSecret: true };
  const table = readTable(field, FIELDS);
  if (table === undefined) return undefined;
  const fieldOf = (key: (typeof FIELDS)[number]) => childField(field, key, table[key]);
  const name = readName({ ...fieldOf("name"), upstreamName: "" });
  const url = readUrl(fieldOf("url"), context);
  const protocol = readProtocol(fieldOf("protocol"), fieldOf("url"), url?.scheme ?? "https");
  const upstream = {
    name,
    url: url?.url ?? "",
    protocol: protocol ?? PROTOCOLS[0],
    codec: readCodec(fieldOf("codec"), protocol),
    services: readServices(fieldOf("services")),
    timeoutMs: readInteger(fieldOf("timeoutMs"), WAIT_MS, context.knobs.probeTimeoutMs),
    ttlMs: readInteger(fieldOf("ttlMs"), DURATION_MS, context.knobs.ttlMs),
    critical: readBoolean(fieldOf("critical"), true),
    headers: readHeaders(fieldOf("headers"), context),
  };
  return { field, upstream };
}

const NAME_MAX_CHARS = 100;

function readName(field: Field): string {
  if (field.value === undefined) return refuse(field, "missing", "give the upstream a name of its own") ?? "";
  const name = readText(field);
  if (name === undefined) return "";
  if (name.length > NAME_MAX_CHARS) refuse(field, "too long", `write at most ${NAME_MAX_CHARS} characters`);
  if (name.includes("/")) refuse(field, "it has a /, which separates upstream and service", "write another character");
  checkNotReserved(field, name, "rename the upstream");
  return name;
}

function readCodec(field: Field, protocol: Protocol | undefined): "proto" | "json" {
  const codec = readChoice(field, ["proto", "json"], "proto");
  if (codec === "json" && protocol !== undefined && protocol !== "connect") {
    refuse(field, `${protocol} is always binary`, "remove it, or use protocol connect");
  }
  return codec;
}

function readServices(field: Field): readonly string[] {
  if (field.value === undefined) return [""];
  if (!Array.isArray(field.value)) return refuse(field, "not a list", 'write ["acme.CheckoutService"]') ?? [];
  if (field.value.length === 0) refuse(field, "empty", 'name a service, or leave it out for [""]');
  const services = new Set<string>();
  field.value.forEach((value: unknown, index) => {
    const service = readService(childField(field, index, value));
    if (service === undefined) return;
    if (services.has(service)) refuse(childField(field, index, value), "listed twice", "remove one");
    services.add(service);
  });
  return [...services];
}

function readService(field: Field): string | undefined {
  if (field.value === "") return "";
  if (field.value === "*") return refuse(field, "this version cannot discover services", "list their names");
  // `liveness` and `readiness` are common service names; bare, they stay Rollcall's own, and `<upstream>/readiness` is theirs.
  return readText(field);
}
