import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { Hono } from "hono";
import { connectHealth, fetchHealth, type ServerHealth } from "../../src/embed.ts";
import { grpcJsHealth } from "../../src/embed/grpc-js.ts";

/** A server by other hands, with our health in it. */
export interface HealthServer {
  readonly port: number;
  /** Stop as a well-behaved server does: when the last call has ended. */
  stop(): Promise<void>;
}

/** A kind of server, and what its callers may speak. */
export interface ServerKind {
  readonly name: string;
  readonly protocol: "native" | "web";
  start(health: ServerHealth): Promise<HealthServer>;
}

const GRPC_JS: ServerKind = {
  name: "grpc-js",
  protocol: "native",
  async start(health) {
    const server = new Server();
    const { definition, handlers } = grpcJsHealth(health);
    server.addService(definition, handlers);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      })
    );
    return { port, stop: () => new Promise((resolve) => server.tryShutdown(() => resolve())) };
  },
};

const CONNECT_NODE: ServerKind = {
  name: "connect-node on node:http",
  protocol: "web",
  async start(health) {
    const server = createServer(connectNodeAdapter({ routes: connectHealth(health) }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    return {
      port,
      async stop() {
        server.close();
        server.closeIdleConnections();
        await once(server, "close");
      },
    };
  },
};

const CONNECT_NODE_HTTP2: ServerKind = {
  name: "connect-node on node:http2",
  protocol: "native",
  async start(health) {
    const server = createHttp2Server(connectNodeAdapter({ routes: connectHealth(health) }));
    const sessions = new Set<ServerHttp2Session>();
    server.on("session", (session) => {
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    return {
      port,
      async stop() {
        const closed = once(server, "close");
        server.close();
        for (const session of sessions) session.close();
        await closed;
      },
    };
  },
};

const HONO: ServerKind = {
  name: "Hono",
  protocol: "web",
  start(health) {
    const answer = fetchHealth(health);
    const app = new Hono();
    app.all("/grpc.health.v1.Health/*", (context) => answer(context.req.raw));
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
    return Promise.resolve({ port: server.addr.port, stop: () => server.shutdown() });
  },
};

/** All kinds. */
export const SERVERS: readonly ServerKind[] = [GRPC_JS, CONNECT_NODE, CONNECT_NODE_HTTP2, HONO];
