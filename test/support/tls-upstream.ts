import { once } from "node:events";
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { CLIENT_CA, type ServerCertificate, serverKeyPair } from "./tls.ts";

/** How a TLS upstream begins. */
export interface TlsUpstreamOptions {
  /** Default: `good`. */
  readonly certificate?: ServerCertificate;
  /** True: only a client that shows a certificate signed by `CLIENT_CA` is let in (mTLS). Default: any is. */
  readonly isClientAsked?: boolean;
}

/** A health server over TLS and HTTP/2 by other hands: connect-node, speaking gRPC, gRPC-web and Connect. */
export interface TlsUpstream extends AsyncDisposable {
  /** Such as `127.0.0.1:50051`. */
  readonly address: string;
  readonly port: number;
  /** Create or change a service; only `""` is there at the start, SERVING. */
  setStatus(service: string, status: "SERVING" | "NOT_SERVING"): void;
  /** Kills every connection and stops listening. */
  close(): Promise<void>;
}

/** Start a TLS upstream on 127.0.0.1 at a free port. ALPN offers `h2` alone. */
export async function startTlsUpstream(options: TlsUpstreamOptions = {}): Promise<TlsUpstream> {
  const services = new Map<string, "SERVING" | "NOT_SERVING">([["", "SERVING"]]);
  const routes = (router: ConnectRouter) =>
    router.service(Health, {
      check: ({ service }) => {
        const status = services.get(service);
        if (status === undefined) throw new ConnectError(`unknown service ${service}`, Code.NotFound);
        return { status: WIRE_STATUS[status] };
      },
    });
  const client = options.isClientAsked ? { requestCert: true, rejectUnauthorized: true, ca: CLIENT_CA } : {};
  const server = createSecureServer(
    { ...serverKeyPair(options.certificate ?? "good"), ...client },
    connectNodeAdapter({ routes }),
  );
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };

  async function close(): Promise<void> {
    const closed = once(server, "close");
    server.close();
    for (const session of sessions) session.destroy();
    await closed;
  }

  return {
    address: `127.0.0.1:${port}`,
    port,
    setStatus: (service, status) => services.set(service, status),
    close,
    [Symbol.asyncDispose]: close,
  };
}
