import type { Peer } from "./peer.ts";
import { CONNECT_NODE, CONNECT_NODE_HTTP2 } from "./peers/connect-node.ts";
import { ENVOY } from "./peers/envoy.ts";
import { CONNECT_GO, GRPC_GO } from "./peers/go.ts";
import { GRPC_JS } from "./peers/grpc-js.ts";
import { NICE_GRPC } from "./peers/nice-grpc.ts";
import { GRPCIO, GRPCLIB } from "./peers/python.ts";

/** Those that npm alone brings. */
export const NPM_PEERS: readonly Peer[] = [GRPC_JS, NICE_GRPC, CONNECT_NODE, CONNECT_NODE_HTTP2];

/** All, in the order of the table. */
export const PEERS: readonly Peer[] = [...NPM_PEERS, GRPCLIB, GRPCIO, GRPC_GO, CONNECT_GO, ENVOY];
