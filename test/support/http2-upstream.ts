import { once } from "node:events";
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { WIRE_STATUS } from "../../src/wire/health.ts";
import { CLIENT_CA, type ServerCertificate, serverKeyPair } from "./tls.ts";

/** How an HTTP/2 upstream begins. */
export interface Http2UpstreamOptions {
  /** Serve over TLS, with ALPN `h2` alone. Default: plaintext, for clients that know it is HTTP/2 (h2c). */
  readonly certificate?: ServerCertificate;
  /** With a certificate: only a client that shows one signed by `CLIENT_CA` is let in (mTLS). Default: any is. */
  readonly isClientAsked?: boolean;
  /** By service; default: `{ "": "SERVING" }`. An unknown service is NOT_FOUND. */
  readonly services?: Readonly<Record<string, keyof typeof WIRE_STATUS>>;
  /** Default: a free one. */
  readonly port?: number;
}

/** A health server over HTTP/2 by other hands: connect-node, speaking gRPC, gRPC-web and Connect. */
export interface Http2Upstream extends AsyncDisposable {
  /** `grpc://` in plaintext, `grpcs://` over TLS, such as `grpc://127.0.0.1:50051`. */
  readonly url: string;
  readonly port: number;
  /** Create or change a service. */
  setStatus(service: string, status: keyof typeof WIRE_STATUS): void;
  /** Kills every connection and stops listening. */
  close(): Promise<void>;
}

/** Start an HTTP/2 upstream on 127.0.0.1. Rejects when the port is taken. */
export async function startHttp2Upstream(options: Http2UpstreamOptions = {}): Promise<Http2Upstream> {
  const services = new Map(Object.entries(options.services ?? { "": "SERVING" as const }));
  const server = serverOf(options, connectNodeAdapter({ routes: routesOf(services) }));
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };

  async function close(): Promise<void> {
    const closed = once(server, "close");
    server.close();
    for (const session of sessions) session.destroy();
    await closed;
  }

  return {
    url: `${options.certificate === undefined ? "grpc" : "grpcs"}://127.0.0.1:${port}`,
    port,
    setStatus: (service, status) => services.set(service, status),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function serverOf(
  { certificate, isClientAsked }: Http2UpstreamOptions,
  handler: ReturnType<typeof connectNodeAdapter>,
): Http2Server {
  if (certificate === undefined) return createServer(handler);
  const client = isClientAsked ? { requestCert: true, rejectUnauthorized: true, ca: CLIENT_CA } : {};
  return createSecureServer({ ...serverKeyPair(certificate), ...client }, handler);
}

function routesOf(services: ReadonlyMap<string, keyof typeof WIRE_STATUS>): (router: ConnectRouter) => void {
  return (router) =>
    router.service(Health, {
      check: ({ service }) => {
        const status = services.get(service);
        if (status === undefined) throw new ConnectError(`unknown service ${service}`, Code.NotFound);
        return { status: WIRE_STATUS[status] };
      },
      list: () => ({
        statuses: Object.fromEntries([...services].map(([name, status]) => [name, { status: WIRE_STATUS[status] }])),
      }),
    });
}
