import { addressProblem, isIpAddress } from "../core/address.ts";
import { type Field, refuse } from "./field.ts";

/** An upstream's address, normalised. */
export interface UpstreamUrl {
  readonly scheme: string;
  /** As `URL` gives it. */
  readonly host: string;
  /** `scheme://host[:port][/path]`, to put the path of a method behind. */
  readonly url: string;
  /** The same with the slashes that its path ended with: to a web server, `/health/` is not `/health`. */
  readonly pageUrl: string;
}

/**
 * Read an upstream's address, noting all that is wrong with its form. What may be a secret in it (userinfo, query,
 * fragment) is shown as `***`.
 *
 * @returns Undefined when its parts cannot be told. The scheme may be any, for `protocol-pairs.ts` to judge, and so may
 * the host, for {@link checkAddress}.
 */
export function readUrl(field: Field): UpstreamUrl | undefined {
  if (field.value === undefined) {
    return refuse(
      field,
      "missing",
      "write one, such as https://checkout.example.com, or use protocol push or satellite",
    );
  }
  if (typeof field.value !== "string") return refuse(field, "not text", "write it in quotes");
  const shown = { ...field, value: masked(field.value) };
  if (/[\p{Cc}\s\\]/u.test(field.value)) return refuse(shown, "it has spaces, controls or backslashes", "remove them");
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(.*)$/i.exec(field.value);
  if (parts === null) return refuse(shown, "it has no scheme", "begin it with grpc://, grpcs://, https:// or http://");
  const [, scheme = "", authority = "", path = "", tail = ""] = parts;
  if (authority.includes("@")) {
    refuse(shown, "it has a user name or password", "remove it, and authenticate by headers");
  }
  if (tail !== "") refuse(shown, "it has a query or fragment", "end it with the path");
  const location = locate(authority.slice(authority.lastIndexOf("@") + 1), path);
  if (typeof location === "string") {
    return refuse(shown, location, "write scheme://host[:port][/path]");
  }
  const origin = `${scheme.toLowerCase()}://${location.host}${location.port}`;
  return {
    scheme: scheme.toLowerCase(),
    host: location.host,
    url: `${origin}${location.path.replace(/\/+$/, "")}`,
    pageUrl: location.path === "/" ? origin : `${origin}${location.path}`,
  };
}

/** What decides which addresses may be asked. */
export interface AddressRules {
  /** ALLOW_PRIVATE_UPSTREAMS: any address may be asked. */
  readonly isPrivateAllowed: boolean;
  /** Its probes go through a binding, which guards what can be reached, and knows names that are not public. */
  readonly isThroughBinding: boolean;
  /** Its probes are made by a Worker's `fetch`, which takes names only. */
  readonly isFetchedByWorker: boolean;
}

/** Note a host that must not be asked, or cannot be. */
export function checkAddress(field: Field, host: string, rules: AddressRules): void {
  if (rules.isPrivateAllowed || rules.isThroughBinding) return;
  const shown = { ...field, value: masked(String(field.value)) };
  const problem = addressProblem(host);
  if (problem !== undefined) {
    return refuse(
      shown,
      problem,
      "use a public one, on Workers reach it by via, or set ALLOW_PRIVATE_UPSTREAMS = true where this process is inside that network",
    );
  }
  // Error 1003 on the edge, though not in workerd: https://github.com/cloudflare/cloudflare-docs/issues/9802
  if (!rules.isFetchedByWorker || !isIpAddress(host)) return;
  return refuse(shown, "a Worker cannot fetch from a bare IP address", "give it a DNS name");
}

interface Location {
  readonly host: string;
  /** `""` or `:` and the number. */
  readonly port: string;
  readonly path: string;
}

/** Read host, port and path as `http`, whose rules normalise every spelling of a host; a text tells why that fails. */
function locate(hostAndPort: string, path: string): Location | string {
  const port = /:([^:\]]*)$/.exec(hostAndPort)?.[1] ?? "";
  if (port !== "" && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return "port must be 1..65535";
  }
  const parsed = URL.parse(`http://${hostAndPort}${path}`);
  if (hostAndPort === "" || parsed === null) return "it has no valid host";
  // workerd makes of "ßxn--" a host that it then cannot read itself.
  if (!URL.canParse(`http://${parsed.hostname}`)) return "it has no valid host";
  // The port is kept as written: reading as http drops 80, which is no default of other schemes.
  return {
    host: parsed.hostname,
    port: port === "" ? "" : `:${Number(port)}`,
    path: parsed.pathname,
  };
}

/** With everything up to an `@`, and after a `?` or `#`, hidden. */
function masked(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/*)?.*@/is, "$1***@").replace(/([?#]).*$/s, "$1***");
}
