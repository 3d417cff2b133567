import { startChild } from "./child.ts";

/** Health servers by other hands, in one process of their own, all on 127.0.0.1 and in plaintext. */
export interface HealthServers extends AsyncDisposable {
  readonly ports: HealthPorts;
  /** Checks received so far by `web` and `native` together. */
  checks(): Promise<number>;
}

export interface HealthPorts {
  /** connect-node over HTTP/1.1: gRPC-web. */
  readonly web: number;
  /** The same service over HTTP/2: native gRPC. */
  readonly native: number;
  /** grpc-health-check on grpc-js: native gRPC. */
  readonly grpcJs: number;
}

/** Start them. */
export async function startHealthServers(): Promise<HealthServers> {
  const child = startChild("bench/lab/health-servers-process.ts");
  return {
    ports: await child.read() as HealthPorts,
    checks: async () => {
      child.write("checks");
      return (await child.read() as { checks: number }).checks;
    },
    [Symbol.asyncDispose]: child.kill,
  };
}
