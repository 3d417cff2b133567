import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation, type ServingStatus } from "grpc-health-check";

/** How a native gRPC upstream begins. */
export interface GrpcJsUpstreamOptions {
  /**
   * By service; `""` is the server as a whole. Default: `{ "": "SERVING" }`. An unknown service is NOT_FOUND, and UNKNOWN
   * is what the package calls it.
   */
  readonly services?: Readonly<Record<string, ServingStatus>>;
  /** Default: a free one. */
  readonly port?: number;
}

/** A native gRPC health server by other hands: the official `grpc-health-check` on `@grpc/grpc-js`, in plaintext. */
export interface GrpcJsUpstream extends AsyncDisposable {
  /** Such as `grpc://127.0.0.1:50051`. */
  readonly url: string;
  readonly port: number;
  /** Create or change a service; the package cannot remove one. Open Watches are sent every call, changed or not. */
  setStatus(service: string, status: ServingStatus): void;
  /** Kills every connection and stops listening. */
  close(): Promise<void>;
}

/** Start a native gRPC upstream on 127.0.0.1. Rejects when the port is taken. No TLS: grpc-js serves none on Deno 2.9.6. */
export async function startGrpcJsUpstream(options: GrpcJsUpstreamOptions = {}): Promise<GrpcJsUpstream> {
  const health = new HealthImplementation(options.services ?? { "": "SERVING" });
  const server = new Server();
  health.addToServer(server);
  const port = await bind(server, options.port ?? 0);

  const close = () =>
    new Promise<void>((resolve) => {
      // Resolves when the port is free; a server closed before gives an error, and is closed all the same.
      server.tryShutdown(() => resolve());
      server.forceShutdown();
    });

  return {
    url: `grpc://127.0.0.1:${port}`,
    port,
    setStatus: (service, status) => health.setStatus(service, status),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}
