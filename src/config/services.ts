import { DISCOVERED, type JinaKind, type Protocol } from "../core/registry.ts";
import { childField, type Field, refuse } from "./field.ts";
import type { Manner } from "./manner.ts";
import { readText } from "./read.ts";

/** What an upstream's services depend on. */
export interface ServicesContext extends Manner {
  readonly kind: JinaKind;
}

/**
 * Read an upstream's services: a list of names, or `"*"`, alone or as the only one of a list, for those it lists itself.
 * Not set, it is the server as a whole.
 */
export function readServices(field: Field, context: ServicesContext): readonly string[] {
  if (field.value === undefined) return WHOLE;
  const services = field.value === DISCOVERED ? [DISCOVERED] : readNames(field);
  const isWhole = services.length === 1 && services[0] === "";
  const serviceless = servicelessKind(context);
  if (serviceless !== undefined) {
    if (!isWhole && services.length > 0) refuse(field, `${serviceless} has no services`, "remove it");
    return services;
  }
  if (!isDiscovery(services)) return services;
  if (services.length > 1) refuse(field, '"*" stands for all services', 'write "*" alone, or leave it out');
  checkListing(field, context.protocol);
  return services;
}

/** Whether a value of `services` asks for discovery. */
export function isDiscovery(value: unknown): boolean {
  return value === DISCOVERED || (Array.isArray(value) && value.includes(DISCOVERED));
}

const WHOLE: readonly string[] = [""];

/** What the upstream is, if it is of a kind that is asked for its own health only. */
function servicelessKind({ scheme, protocol, kind }: ServicesContext): string | undefined {
  if (protocol === "http") return "an http upstream";
  if (protocol !== "jina") return undefined;
  if (kind === "flow") return "a Jina flow";
  return scheme === "http" || scheme === "https" ? `a Jina executor over ${scheme}://` : undefined;
}

const LISTING: readonly (Protocol | "auto")[] = ["grpc-web", "connect", "grpc", "auto"];

function checkListing(field: Field, protocol: Protocol | "auto" | undefined): void {
  if (protocol === undefined || LISTING.includes(protocol)) return;
  refuse(field, `${protocol} has no Health/List to discover services by`, `name them, or use ${LISTING.join(" or ")}`);
}

/** Read a list of services, each once. */
export function readNames(field: Field): readonly string[] {
  if (!Array.isArray(field.value)) {
    return refuse(field, "not a list", 'write ["acme.CheckoutService"], or "*" to discover them') ?? [];
  }
  if (field.value.length === 0) refuse(field, "empty", 'name a service, or leave it out for [""]');
  const services = new Set<string>();
  field.value.forEach((value: unknown, index) => {
    const serviceField = childField(field, index, value);
    // `liveness` and `readiness` are common service names; bare, they stay Rollcall's own, and `<upstream>/readiness` is theirs.
    const service = value === "" ? "" : readText(serviceField);
    if (service === undefined) return;
    if (services.has(service)) refuse(serviceField, "listed twice", "remove one");
    services.add(service);
  });
  return [...services];
}
