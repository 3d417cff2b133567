import type { ConnectRouter } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { ServerReflection } from "../gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { createRpcRouter } from "../surface/rpc-router.ts";
import type { SurfaceSettings } from "../surface/settings.ts";
import { createReflection } from "./reflection.ts";

/** Every RPC in native gRPC, by path: those of the other protocols, and server reflection in both its versions. */
export function createGrpcHandlers(settings: SurfaceSettings): ReadonlyMap<string, UniversalHandler> {
  const router = createRpcRouter(settings, { grpc: true, grpcWeb: false, connect: false });
  const services = [...servicesOf(router), ServerReflection, ServerReflectionAlpha];
  const serverReflectionInfo = createReflection(services);
  router.service(ServerReflection, { serverReflectionInfo });
  router.service(ServerReflectionAlpha, { serverReflectionInfo });
  return new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
}

function servicesOf({ handlers }: ConnectRouter) {
  return [...new Set(handlers.map(({ service }) => service))];
}
