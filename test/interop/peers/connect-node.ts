import { startUpstream } from "../../support/upstream.ts";
import { type Peer, SERVICE } from "../peer.ts";
import { npmVersion } from "../pinned.ts";

/** connect-node on node:http, with a health service of the tests: there is none by its makers. */
export const CONNECT_NODE: Peer = {
  name: "connect-node",
  version: npmVersion("@connectrpc/connect-node"),
  protocols: ["grpc-web", "connect"],
  hasList: true,
  prepare: () => Promise.resolve(),
  start: async (port) => {
    const upstream = await startUpstream({ services: { "": "SERVING", [SERVICE]: "SERVING" }, port });
    return {
      port: upstream.port,
      setStatus: (service, status) => Promise.resolve(upstream.setStatus(service, status)),
      end: upstream.close,
    };
  },
};
