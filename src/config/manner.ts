import { endpointOf } from "../core/endpoint.ts";
import type { Platform } from "../core/knobs.ts";
import type { Protocol } from "../core/registry.ts";
import { type Field, refuse } from "./field.ts";

/** How an upstream is asked, as far as that could be read. What depends on an undefined part is not judged, lest it be misjudged. */
export interface Manner {
  readonly platform: Platform;
  readonly scheme: string | undefined;
  readonly protocol: Protocol | "auto" | undefined;
}

/** Whether it is asked in native gRPC without TLS, which leaves through a TCP connection of ours; undefined when that cannot be told. */
export function isPlaintextGrpc({ scheme, protocol }: Manner): boolean | undefined {
  if (scheme === undefined || protocol === undefined) return undefined;
  return scheme === "grpc" || (scheme === "http" && protocol === "grpc");
}

/** Whether its URL's scheme has TLS; undefined when that cannot be told. */
export function isTls({ scheme }: Manner): boolean | undefined {
  return scheme === undefined ? undefined : endpointOf(`${scheme}://host`).isTls;
}

/** Note a field that is set, and belongs to upstreams of another protocol. */
export function checkBelongs(field: Field, owner: "http" | "jina", { protocol }: Manner): void {
  if (field.value === undefined || protocol === undefined || protocol === owner) return;
  refuse(field, `only ${owner} upstreams have it, and this one's protocol is ${protocol}`, FIXES[owner]);
}

const FIXES = {
  http: "remove it, or use protocol http over http:// or https://",
  jina: "remove it, or use protocol jina",
} as const;
