import { createServer } from "nice-grpc";
import { HealthDefinition, HealthServiceImpl, HealthState, type HealthStatus } from "nice-grpc-server-health";
import { type Peer, type PeerStatus, SERVICE } from "../peer.ts";
import { npmVersion } from "../pinned.ts";

const STATUS = { SERVING: "healthy", NOT_SERVING: "unhealthy" } as const satisfies Record<PeerStatus, HealthStatus>;

/** nice-grpc with its own health package. */
export const NICE_GRPC: Peer = {
  name: "nice-grpc-server-health",
  version: npmVersion("nice-grpc-server-health"),
  protocols: ["grpc"],
  hasList: false,
  prepare: () => Promise.resolve(),
  start: async (port) => {
    const health = HealthState();
    health.setStatus("healthy", SERVICE);
    const server = createServer();
    server.add(HealthDefinition, HealthServiceImpl(health));
    return {
      port: await server.listen(`127.0.0.1:${port}`),
      setStatus: (service, status) => Promise.resolve(health.setStatus(STATUS[status], service)),
      end: async () => {
        const ended = server.shutdown();
        server.forceShutdown();
        await ended;
      },
    };
  },
};
