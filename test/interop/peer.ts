/** The service that every peer has beside `""`; both are SERVING when it starts. */
export const SERVICE = "acme.Cart";

/** What a peer can be told to say. */
export type PeerStatus = "SERVING" | "NOT_SERVING";

/** Ways of asking that a peer itself understands. */
export type PeerProtocol = "grpc" | "grpc-web" | "connect";

/** A health server by other hands: what it is, and how to have one. */
export interface Peer {
  readonly name: string;
  /** As pinned in this repository. */
  readonly version: string;
  /** In the order in which the table shows them; at least one. */
  readonly protocols: readonly PeerProtocol[];
  /** Whether it answers `Health/List`. */
  readonly hasList: boolean;
  /** Fetch and build what it needs. Rejects with the reason when it cannot be had on this machine. */
  prepare(): Promise<void>;
  /** Start it on 127.0.0.1, prepared before; `port` 0 is a free one. Rejects when the port is taken. */
  start(port: number): Promise<RunningPeer>;
}

/** A peer that listens, in plaintext. */
export interface RunningPeer {
  readonly port: number;
  /** `service` is `""` or {@link SERVICE}. Resolves when the peer will say so. */
  setStatus(service: string, status: PeerStatus): Promise<void>;
  /** Kills its connections, and the process if it is one. Resolves when the port is free. */
  end(): Promise<void>;
}
