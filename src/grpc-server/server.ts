import { once } from "node:events";
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { Load } from "../core/report.ts";
import type { SurfaceSettings } from "../surface/settings.ts";
import { createCallAnswer } from "./call.ts";
import { untilDeaf } from "./hearing.ts";
import { dropTheDead } from "./keep-alive.ts";
import { checkKeyPair, type KeyPair } from "./key-pair.ts";

/** Where and how to listen. */
export interface GrpcListen {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Without it, plaintext with prior knowledge (h2c). */
  readonly tls?: KeyPair;
}

/** A native gRPC server that listens. */
export interface GrpcServer {
  readonly port: number;
  /** Resolves with the reason when it ends by itself, as when it cannot accept; never rejects. */
  readonly failed: Promise<unknown>;
  /** Take no more connections and calls; resolves when those under way have ended. */
  close(): Promise<void>;
}

/** More calls at a time on one connection wait their turn at the caller's. https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2 asks for 100. */
const MAX_CONCURRENT_STREAMS = 100;

/** How long a TLS handshake may take, in milliseconds; by default two minutes, in which a stranger takes every file descriptor. */
const HANDSHAKE_MAX_MS = 10_000;

/**
 * Serve every RPC in native gRPC. Rejects when it cannot listen, or the certificate and its key are none.
 *
 * It uses only the stream side of `node:http2`: under load the compat side crashes Deno 2.9 (`docs/decisions/native-grpc-server.md`).
 *
 * @param begin Gives each call its load.
 */
export async function startGrpcServer(
  { host, port, tls }: GrpcListen,
  settings: SurfaceSettings,
  begin: () => Load,
): Promise<GrpcServer> {
  if (tls !== undefined) checkKeyPair(tls);
  const options = { settings: { maxConcurrentStreams: MAX_CONCURRENT_STREAMS } };
  const server = tls === undefined
    ? createServer(options)
    : createSecureServer({ ...options, ...tls, handshakeTimeout: HANDSHAKE_MAX_MS });
  const sessions = keepSessions(server);
  const answer = createCallAnswer(settings);
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    // A caller that goes away breaks its stream; whoever answers it sees that it is gone.
    stream.on("error", () => {});
    answer(stream, headers, begin()).catch((error) => {
      console.error(JSON.stringify({ event: "surface_error", error: String(error) }));
      stream.close(INTERNAL_ERROR);
    });
  });
  server.listen(port, host);
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  const stop = new AbortController();
  const upkeep = { sleep: settings.sleep, stop: stop.signal };
  void dropTheDead(sessions, upkeep);

  return {
    port: bound,
    failed: Promise.race([
      new Promise((resolve) => server.on("error", resolve)),
      untilDeaf(server, { host, port: bound }, upkeep),
    ]),
    close: async () => {
      stop.abort();
      const closed = once(server, "close");
      server.close();
      for (const session of sessions) session.close();
      await closed;
    },
  };
}

/** RFC 9113 §7. */
const INTERNAL_ERROR = 2;

/** The open connections; what breaks one is its caller's business. */
function keepSessions(server: Http2Server | Http2SecureServer): ReadonlySet<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>();
  // Not "clientError": a connection that somebody hears of by that is left to him, and so never closed.
  for (const event of ["sessionError", "tlsClientError"]) server.on(event, () => {});
  server.on("session", (session: ServerHttp2Session) => {
    sessions.add(session);
    endLater(session);
    session.on("error", () => {});
    session.once("close", () => sessions.delete(session));
  });
  return sessions;
}

/**
 * `node:http2` answers a GOAWAY by `close()`, which sends one of its own, or, when it tells an error, by `destroy()`: from inside
 * the callback that nghttp2 told it by. In Deno 2.9.6 that ends the process, by a failed assertion
 * (`find_stream_on_goaway_func`) or a segmentation fault; a turn of the event loop later it is safe
 * (`docs/decisions/native-grpc-server.md`).
 */
function endLater(session: ServerHttp2Session): void {
  const close = session.close.bind(session);
  session.close = () => {
    setImmediate(() => {
      if (!session.destroyed) close();
    });
  };
  const destroy = session.destroy.bind(session);
  session.destroy = (...reason) => {
    setImmediate(() => destroy(...reason));
  };
}
