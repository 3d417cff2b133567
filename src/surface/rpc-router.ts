import {
  ConnectError,
  type ConnectRouter,
  type ConnectRouterOptions,
  createConnectRouter,
  type Interceptor,
} from "@connectrpc/connect";
import { Health } from "../gen/grpc/health/v1/health_pb.ts";
import { JinaGatewayDryRunRPC } from "../gen/jina/jina_pb.ts";
import { MaintenanceService } from "../gen/rollcall/v1/maintenance_pb.ts";
import { RegistryService } from "../gen/rollcall/v1/registry_pb.ts";
import { StatusService } from "../gen/rollcall/v1/status_pb.ts";
import { accessProblem } from "./access.ts";
import { noteBug } from "./error-answer.ts";
import { createGrpcHealth } from "./grpc-health.ts";
import { createJinaRpc } from "./jina-rpc.ts";
import { createMaintenanceRpc } from "./maintenance-rpc.ts";
import { BODY_MAX_BYTES, WRITTEN_MAX_BYTES } from "./read-body.ts";
import { createRegistryRpc } from "./registry-rpc.ts";
import { callOf } from "./rpc-call.ts";
import type { SurfaceSettings } from "./settings.ts";
import { createStatusRpc } from "./status-rpc.ts";

/** The RPCs over the protocols that a listener can carry: one implementation of each serves them all. */
export function createRpcRouter(
  settings: SurfaceSettings,
  protocols: Pick<ConnectRouterOptions, "grpc" | "grpcWeb" | "connect">,
): ConnectRouter {
  const router = createConnectRouter({
    ...protocols,
    interceptors: [tellBugs],
    readMaxBytes: BODY_MAX_BYTES,
    ...(settings.shutdown === undefined ? {} : { shutdownSignal: settings.shutdown }),
    requestGate: (context) => {
      const { refusal, caller } = callOf(context);
      const problem = accessProblem(context.service.typeName, caller.role, settings) ?? refusal;
      if (problem !== undefined) throw problem;
    },
  });
  router.service(Health, createGrpcHealth(settings));
  router.service(JinaGatewayDryRunRPC, createJinaRpc());
  const written = { readMaxBytes: WRITTEN_MAX_BYTES };
  router.service(RegistryService, createRegistryRpc(settings), written);
  router.service(StatusService, createStatusRpc(settings), written);
  router.service(MaintenanceService, createMaintenanceRpc(settings), written);
  return router;
}

/** What is no error of ours to give is a bug: its caller is told that there was one, and only the log can tell which. */
const tellBugs: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (!(error instanceof ConnectError)) noteBug(error);
    throw error;
  }
};
