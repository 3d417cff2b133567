import { once } from "node:events";
import { createServer } from "node:http";
import { Code, ConnectError, type ConnectRouter, type ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { MaintenanceService } from "../../src/gen/rollcall/v1/maintenance_pb.ts";
import { RegistryService } from "../../src/gen/rollcall/v1/registry_pb.ts";
import { StatusService } from "../../src/gen/rollcall/v1/status_pb.ts";

/** What each RPC of `rollcall.v1` answers; UNIMPLEMENTED where nothing is said. */
export interface WrittenServices {
  readonly registry?: Partial<ServiceImpl<typeof RegistryService>>;
  readonly maintenance?: Partial<ServiceImpl<typeof MaintenanceService>>;
  readonly status?: Partial<ServiceImpl<typeof StatusService>>;
}

/** The token that every call must bring. */
export const WRITE_TOKEN = "a-write-token-of-tests";

/** A server of `rollcall.v1` by other hands, connect-node, whose answers a test decides. */
export interface WrittenServer extends AsyncDisposable {
  readonly url: string;
}

/** Start it on 127.0.0.1. */
export async function startWrittenServices({ registry, maintenance, status }: WrittenServices): Promise<WrittenServer> {
  const routes = (router: ConnectRouter) => {
    router.service(RegistryService, registry ?? {});
    router.service(MaintenanceService, maintenance ?? {});
    router.service(StatusService, status ?? {});
  };
  const handler = connectNodeAdapter({
    routes,
    interceptors: [(next) => (request) => {
      if (request.header.get("authorization") === `Bearer ${WRITE_TOKEN}`) return next(request);
      throw new ConnectError("the token is wrong", Code.Unauthenticated);
    }],
  });
  const server = createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
