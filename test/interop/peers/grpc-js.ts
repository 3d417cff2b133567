import { startGrpcJsUpstream } from "../../support/grpc-js-upstream.ts";
import { type Peer, SERVICE } from "../peer.ts";
import { npmVersion } from "../pinned.ts";

/** The official Node packages: grpc-health-check on `@grpc/grpc-js`. */
export const GRPC_JS: Peer = {
  name: "grpc-health-check (grpc-js)",
  version: npmVersion("grpc-health-check"),
  protocols: ["grpc"],
  hasList: true,
  prepare: () => Promise.resolve(),
  start: async (port) => {
    const upstream = await startGrpcJsUpstream({ services: { "": "SERVING", [SERVICE]: "SERVING" }, port });
    return {
      port: upstream.port,
      setStatus: (service, status) => Promise.resolve(upstream.setStatus(service, status)),
      end: upstream.close,
    };
  },
};
