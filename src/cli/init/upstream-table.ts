import { endpointOf } from "../../core/endpoint.ts";
import type { Found } from "./explore.ts";

/** An upstream as a registry file has it; a field that is not there has its default. */
export interface UpstreamTable {
  readonly name: string;
  readonly url: string;
  readonly protocol?: string;
  readonly services?: readonly string[] | string;
}

/** Above so many names, `"*"` keeps the registry short, and follows them as they come and go. */
const NAMES_MAX = 20;

/** What to register for a find, under a name that is not in `taken`. */
export function upstreamTable({ url, protocol, services, by }: Found, taken: ReadonlySet<string>): UpstreamTable {
  const isWhole = services.length === 1 && services[0] === "";
  const isLong = by === "Health/List" && services.length > NAMES_MAX;
  const isDefaultProtocol = /^grpcs?:/.test(url) || /^wss?:/.test(url);
  return {
    name: freeName(url, taken),
    url,
    ...(!isDefaultProtocol && { protocol }),
    ...(!isWhole && services.length > 0 && { services: isLong ? "*" : services }),
  };
}

/** As `[[vars.UPSTREAMS]]`, or `[[UPSTREAMS]]`, in TOML; each line ends with a line break. */
export function tomlOf(
  { name, url, protocol, services }: UpstreamTable,
  header: string,
  comments: readonly string[],
): string {
  return [
    ...comments.map((comment) => `# ${comment}`),
    `[[${header}]]`,
    `name = ${tomlString(name)}`,
    `url = ${tomlString(url)}`,
    ...(protocol === undefined ? [] : [`protocol = ${tomlString(protocol)}`]),
    ...(services === undefined ? [] : [`services = ${servicesToml(services)}`]),
  ].map((line) => `${line}\n`).join("");
}

function servicesToml(services: readonly string[] | string): string {
  return typeof services === "string" ? tomlString(services) : `[${services.map(tomlString).join(", ")}]`;
}

/** A basic string is JSON's, but for DEL. https://toml.io/en/v1.0.0#string */
function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll("\x7f", "\\u007f");
}

/** The first label of a host's name; an address and a local name with its port. */
function freeName(url: string, taken: ReadonlySet<string>): string {
  const { hostname, port } = endpointOf(url);
  const isAddress = /^[\d.]+$/.test(hostname) || hostname.includes(":");
  const label = hostname.split(".")[0] ?? hostname;
  const name = isAddress
    ? `${hostname.replaceAll(/[^\da-f]+/gi, "-").replaceAll(/^-|-$/g, "")}-${port}`
    : hostname === "localhost"
    ? `localhost-${port}`
    : label;
  for (let number = 1;; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!taken.has(candidate) && !RESERVED.has(candidate)) return candidate;
  }
}

/** Rollcall's own. */
const RESERVED: ReadonlySet<string> = new Set(["liveness", "readiness"]);
