import { type Protocol, PROTOCOLS } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";

/**
 * Which protocols go with a URL scheme, default first: the table of `docs/design.md` §4. What core's `PROTOCOLS` lacks is
 * known, yet not spoken by this version.
 */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  https: ["auto", "grpc-web", "connect", "http", "jina", "grpc"],
  http: ["auto", "grpc-web", "connect", "http", "jina", "grpc"],
  grpcs: ["grpc", "jina"],
  grpc: ["grpc", "jina"],
  wss: ["jina"],
  ws: ["jina"],
};

/**
 * Read the protocol of an upstream whose URL has `scheme`; undefined stands for a URL that has none to tell.
 *
 * Notes a pair that does not fit, with those that do, at the URL when no protocol of this version goes with its scheme.
 */
export function readProtocol(field: Field, urlField: Field, scheme: string | undefined): Protocol {
  const pairs = PAIRS[scheme ?? "https"] ?? [];
  const spoken = PROTOCOLS.filter((protocol) => pairs.includes(protocol));
  const fallback = spoken[0] ?? PROTOCOLS[0];
  if (spoken.length === 0) {
    return refuse(urlField, schemeProblem(`${scheme}://`, pairs), `use ${spokenPairs()}`) ?? fallback;
  }
  if (field.value === undefined) return fallback;
  const protocol = spoken.find((protocol) => protocol === field.value);
  return protocol ?? refuse(field, protocolProblem(field.value, scheme ?? "https"), `use ${spokenPairs()}`) ?? fallback;
}

function schemeProblem(scheme: string, pairs: readonly string[]): string {
  if (pairs.length === 0) return `${scheme} is no scheme of an upstream`;
  return `${scheme} needs protocol ${pairs.join(" or ")}, which this version does not speak yet`;
}

function protocolProblem(protocol: unknown, scheme: string): string {
  if (!PAIRS[scheme]?.some((known) => known === protocol)) return `no protocol for ${scheme}://`;
  return `this version does not speak it over ${scheme}:// yet`;
}

/** Such as `https:// or http:// with grpc-web or connect`, from the table. */
function spokenPairs(): string {
  const schemesByProtocols = new Map<string, string[]>();
  for (const [scheme, pairs] of Object.entries(PAIRS)) {
    const protocols = PROTOCOLS.filter((protocol) => pairs.includes(protocol)).join(" or ");
    if (protocols !== "") {
      schemesByProtocols.set(protocols, [...schemesByProtocols.get(protocols) ?? [], `${scheme}://`]);
    }
  }
  return [...schemesByProtocols].map(([protocols, schemes]) => `${schemes.join(" or ")} with ${protocols}`).join(", ");
}
