import type { Knobs } from "../core/knobs.ts";
import { DISCOVERED, TOLD_PROTOCOLS, type ToldProtocol, type Upstream } from "../core/registry.ts";
import { DEFAULT_LIFE_MS, LIFE_MS } from "../core/told.ts";
import { type Field, refuse } from "./field.ts";
import { readBoolean, readInteger } from "./read.ts";
import { isDiscovery, readNames } from "./services.ts";
import { UPSTREAM_FIELDS, type UpstreamField } from "./upstream-fields.ts";

/** The protocol of an upstream that tells its status; undefined for any other value. */
export function toldProtocol(value: unknown): ToldProtocol | undefined {
  return TOLD_PROTOCOLS.find((protocol) => protocol === value);
}

/** Read all but the name of an upstream that tells its status; whatever says how to ask it means nothing, and is refused. */
export function readTold(
  fieldOf: (key: UpstreamField) => Field,
  protocol: ToldProtocol,
  knobs: Knobs,
): Omit<Upstream, "name"> {
  for (const key of UPSTREAM_FIELDS.filter((key) => !OF_TELLING.includes(key))) {
    const field = fieldOf(key);
    // Headers and keys may be secrets, an address may hold one.
    if (field.value !== undefined) {
      refuse({ ...field, isSecret: true }, `a ${protocol} upstream is never asked`, "remove it");
    }
  }
  const lifeMs = readInteger(fieldOf("ttlMs"), LIFE_MS, DEFAULT_LIFE_MS);
  return {
    url: "",
    protocol,
    codec: "proto",
    services: protocol === "push" ? readPushed(fieldOf("services")) : readSatellites(fieldOf("services")),
    timeoutMs: knobs.probeTimeoutMs,
    ttlMs: Math.min(knobs.ttlMs, lifeMs),
    lifeMs,
    critical: readBoolean(fieldOf("critical"), true),
    headers: {},
  };
}

/** What says something of an upstream that is never asked; every other field says how to ask. */
const OF_TELLING: readonly UpstreamField[] = ["name", "protocol", "services", "ttlMs", "critical"];

function readPushed(field: Field): readonly string[] {
  if (field.value === undefined) return [""];
  if (isDiscovery(field.value)) refuse(field, "what may be told is registered first", "name the services");
  return field.value === DISCOVERED ? [] : readNames(field);
}

function readSatellites(field: Field): readonly string[] {
  if (field.value !== undefined) refuse(field, "a satellite tells its names itself", "remove it");
  return [DISCOVERED];
}
