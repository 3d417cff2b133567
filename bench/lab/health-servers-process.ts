import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { startGrpcJsUpstream } from "../../test/support/grpc-js-upstream.ts";
import { messages, say } from "./lines.ts";

/** Run the health servers of `health-servers.ts`, and say on request how many Checks the connect-node ones received. */
let checks = 0;
const routes = (router: ConnectRouter) =>
  router.service(Health, {
    check: () => {
      checks++;
      return { status: 1 };
    },
  });
const handler = connectNodeAdapter({ routes });
const grpcJs = await startGrpcJsUpstream();
say({
  web: await listen(createServer(handler)),
  native: await listen(createHttp2Server(handler)),
  grpcJs: grpcJs.port,
});
for await (const _ of messages()) say({ checks });
Deno.exit(0);

/** Listen on any free port of 127.0.0.1, and say which. */
async function listen(server: ReturnType<typeof createServer | typeof createHttp2Server>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}
