import { type Protocol, PROTOCOLS } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";

/**
 * Which protocols go with a URL scheme, default first: the table of `docs/design.md` §4. What core's `PROTOCOLS` lacks is
 * known, yet not spoken by this version.
 */
const PAIRS: ReadonlyMap<string, readonly string[]> = new Map([
  ["https", ["auto", "grpc-web", "connect", "http", "jina", "grpc"]],
  ["http", ["auto", "grpc-web", "connect", "http", "jina", "grpc"]],
  ["grpcs", ["grpc", "jina"]],
  ["grpc", ["grpc", "jina"]],
  ["wss", ["jina"]],
  ["ws", ["jina"]],
]);

/**
 * Read the protocol of an upstream whose URL has `scheme`; `https` stands for a URL that has none to tell. A protocol
 * that is not set is the first of this version that goes with the scheme.
 *
 * Notes a pair that does not fit, with those that do, at the URL when no protocol of this version goes with its scheme.
 */
export function readProtocol(field: Field, urlField: Field, scheme: string): Protocol | undefined {
  const known = PAIRS.get(scheme) ?? [];
  const spoken = spokenOf(known);
  if (spoken.length === 0) return refuse(urlField, schemeProblem(`${scheme}://`, known), `use ${spokenPairs()}`);
  if (field.value === undefined) return spoken[0];
  const protocol = spoken.find((protocol) => protocol === field.value);
  if (protocol !== undefined) return protocol;
  const isKnown = known.some((protocol) => protocol === field.value);
  const state = isKnown ? `this version does not speak it over ${scheme}:// yet` : `no protocol for ${scheme}://`;
  return refuse(field, state, `use ${spokenPairs()}`);
}

function spokenOf(known: readonly string[]): readonly Protocol[] {
  return known.flatMap((name) => PROTOCOLS.filter((protocol) => protocol === name));
}

function schemeProblem(scheme: string, known: readonly string[]): string {
  if (known.length === 0) return `${scheme} is no scheme of an upstream`;
  return `${scheme} needs protocol ${known.join(" or ")}, which this version does not speak yet`;
}

/** Such as `https:// or http:// with grpc-web or connect`, from the table. */
function spokenPairs(): string {
  const schemesByProtocols = new Map<string, string[]>();
  for (const [scheme, known] of PAIRS) {
    const protocols = spokenOf(known).join(" or ");
    const schemes = schemesByProtocols.get(protocols) ?? [];
    if (protocols !== "") schemesByProtocols.set(protocols, [...schemes, `${scheme}://`]);
  }
  return [...schemesByProtocols].map(([protocols, schemes]) => `${schemes.join(" or ")} with ${protocols}`).join(", ");
}
