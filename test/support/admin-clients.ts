import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { MaintenanceService } from "../../src/gen/rollcall/v1/maintenance_pb.ts";
import { RegistryService } from "../../src/gen/rollcall/v1/registry_pb.ts";

/** The token of every Rollcall that is written to in a test. */
export const ADMIN_TOKEN = "an-admin-token-of-a-test";

/** Who may write to a Rollcall: by gRPC-web the registry, by Connect maintenance. */
export function adminClients(
  url: string,
): { readonly registry: Client<typeof RegistryService>; readonly maintenance: Client<typeof MaintenanceService> } {
  const authorize: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${ADMIN_TOKEN}`);
    return next(request);
  };
  const options = { baseUrl: url, interceptors: [authorize] };
  return {
    registry: createClient(RegistryService, createGrpcWebTransport(options)),
    maintenance: createClient(MaintenanceService, createConnectTransport(options)),
  };
}
