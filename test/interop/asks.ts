import { DISCOVERED } from "../../src/core/registry.ts";
import { type Peer, type PeerProtocol, SERVICE } from "./peer.ts";

/** A service that no peer has. */
export const NOBODY = "acme.Nobody";

/** One way in which a peer is asked: a row of the table, and an entry of UPSTREAMS. */
export interface Ask {
  readonly peer: Peer;
  /** `auto` is left to find the protocol; `List` to find the names, by the peer's first protocol. */
  readonly way: PeerProtocol | "connect JSON" | "auto" | "List";
  /** Unique among all asks; the upstream's name. */
  readonly name: string;
  /** As in UPSTREAMS; {@link DISCOVERED} alone when that is left to the peer. */
  readonly services: readonly string[];
}

/** Every way in which a peer can be asked. */
export function asksOf(peer: Peer): readonly Ask[] {
  const ask = (way: Ask["way"], services: readonly string[]): Ask => ({
    peer,
    way,
    name: `${peer.name} ${way}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
    services,
  });
  const json = peer.protocols.includes("connect") ? ["connect JSON" as const] : [];
  const byProtocol = [...peer.protocols, ...json, "auto" as const].map((way) => ask(way, ["", SERVICE, NOBODY]));
  return [...byProtocol, ask("List", [DISCOVERED])];
}

/** The entry of UPSTREAMS that asks so, of the peer at `port`. */
export function entryOf({ peer, way, name, services }: Ask, port: number): object {
  const [first] = peer.protocols;
  if (way === "connect JSON") return { ...entry(name, "http", port, services), protocol: "connect", codec: "json" };
  const protocol = way === "List" ? first : way;
  const scheme = protocol === "grpc" ? "grpc" : "http";
  // `auto` is what a user gets who names no protocol.
  return { ...entry(name, scheme, port, services), ...(protocol === "auto" ? {} : { protocol }) };
}

function entry(name: string, scheme: string, port: number, services: readonly string[]): object {
  return { name, url: `${scheme}://127.0.0.1:${port}`, services };
}
