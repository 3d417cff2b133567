import { type ConnectRouter, type ConnectRouterOptions, createConnectRouter } from "@connectrpc/connect";
import { Health } from "../gen/grpc/health/v1/health_pb.ts";
import { JinaGatewayDryRunRPC } from "../gen/jina/jina_pb.ts";
import { createGrpcHealth } from "./grpc-health.ts";
import { createJinaRpc } from "./jina-rpc.ts";
import { BODY_MAX_BYTES } from "./read-body.ts";
import { callOf } from "./rpc-call.ts";
import type { SurfaceSettings } from "./settings.ts";

/** The RPCs over the protocols that a listener can carry: one implementation of each serves them all. */
export function createRpcRouter(
  settings: SurfaceSettings,
  protocols: Pick<ConnectRouterOptions, "grpc" | "grpcWeb" | "connect">,
): ConnectRouter {
  const router = createConnectRouter({
    ...protocols,
    readMaxBytes: BODY_MAX_BYTES,
    ...(settings.shutdown === undefined ? {} : { shutdownSignal: settings.shutdown }),
    requestGate: (context) => {
      const { refusal } = callOf(context);
      if (refusal !== undefined) throw refusal;
    },
  });
  router.service(Health, createGrpcHealth(settings));
  router.service(JinaGatewayDryRunRPC, createJinaRpc());
  return router;
}
