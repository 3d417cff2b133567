import { startHttp2Upstream } from "../../support/http2-upstream.ts";
import { startUpstream } from "../../support/upstream.ts";
import { type Peer, SERVICE } from "../peer.ts";
import { npmVersion } from "../pinned.ts";

// There is no health service by its makers: what these serve is one of the tests'.
const COMMON = {
  version: npmVersion("@connectrpc/connect-node"),
  hasList: true,
  prepare: () => Promise.resolve(),
} as const;

const SERVICES = { "": "SERVING", [SERVICE]: "SERVING" } as const;

/** connect-node on node:http. */
export const CONNECT_NODE: Peer = {
  ...COMMON,
  name: "connect-node",
  protocols: ["grpc-web", "connect"],
  start: async (port) => {
    const upstream = await startUpstream({ services: SERVICES, port });
    return {
      port: upstream.port,
      setStatus: (service, status) => Promise.resolve(upstream.setStatus(service, status)),
      end: upstream.close,
    };
  },
};

/** connect-node on node:http2, where it speaks native gRPC. */
export const CONNECT_NODE_HTTP2: Peer = {
  ...COMMON,
  name: "connect-node (HTTP/2)",
  protocols: ["grpc"],
  start: async (port) => {
    const upstream = await startHttp2Upstream({ services: SERVICES, port });
    return {
      port: upstream.port,
      setStatus: (service, status) => Promise.resolve(upstream.setStatus(service, status)),
      end: upstream.close,
    };
  },
};
