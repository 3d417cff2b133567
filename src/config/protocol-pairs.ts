import { type Protocol, TOLD_PROTOCOLS } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";

/** Which protocols go with a URL scheme, default first: the table of `docs/design.md` §4. */
const PAIRS: ReadonlyMap<string, readonly (Protocol | "auto")[]> = new Map([
  ["https", ["auto", "grpc-web", "connect", "grpc", "jina", "http"]],
  ["http", ["auto", "grpc-web", "connect", "grpc", "jina", "http"]],
  ["grpcs", ["grpc", "jina"]],
  ["grpc", ["grpc", "jina"]],
  ["wss", ["jina"]],
  ["ws", ["jina"]],
]);

/**
 * Read the protocol of an upstream whose URL has `scheme`. Notes a pair that does not fit, with all that do.
 *
 * @param scheme Undefined when the URL could not be read: any protocol may then be right, and none is the default.
 */
export function readProtocol(
  field: Field,
  urlField: Field,
  scheme: string | undefined,
): Protocol | "auto" | undefined {
  const fitting = scheme === undefined ? [...new Set([...PAIRS.values()].flat())] : PAIRS.get(scheme) ?? [];
  const fix = `use ${allPairs()}, or ${TOLD_PROTOCOLS.join(" or ")} without a url`;
  if (fitting.length === 0) return refuse(urlField, `${scheme}:// is no scheme of an upstream`, fix);
  if (field.value === undefined) return scheme === undefined ? undefined : fitting[0];
  const protocol = fitting.find((protocol) => protocol === field.value);
  return protocol ?? refuse(field, scheme === undefined ? "no protocol" : `no protocol for ${scheme}://`, fix);
}

/** Such as `grpcs:// or grpc:// with grpc or jina, wss:// or ws:// with jina`, from the table. */
function allPairs(): string {
  const schemesByProtocols = new Map<string, string[]>();
  for (const [scheme, fitting] of PAIRS) {
    const protocols = fitting.join(" or ");
    schemesByProtocols.set(protocols, [...schemesByProtocols.get(protocols) ?? [], `${scheme}://`]);
  }
  return [...schemesByProtocols].map(([protocols, schemes]) => `${schemes.join(" or ")} with ${protocols}`).join(", ");
}
