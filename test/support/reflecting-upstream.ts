import { Buffer } from "node:buffer";
import { create, toBinary } from "@bufbuild/protobuf";
import { Server, ServerCredentials, type ServerDuplexStream, type ServiceDefinition } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { ServerReflectionResponseSchema } from "../../src/gen/grpc/reflection/v1/reflection_pb.ts";

/** What a reflecting server tells. */
export interface ReflectingOptions {
  /** Which reflection it has; the messages of both are the same. */
  readonly version: "v1" | "v1alpha";
  /** By reflection. */
  readonly services: readonly string[];
  /** By its health service; grpc-health-check 2.1 lists too, so `List` is taken away. */
  readonly health: readonly string[];
}

/** A native gRPC server with reflection and no `Health/List`, on grpc-js. */
export async function startReflectingUpstream(
  { version, services, health }: ReflectingOptions,
): Promise<{ readonly host: string } & AsyncDisposable> {
  const server = new Server();
  const implementation = new HealthImplementation(Object.fromEntries(health.map((name) => [name, "SERVING"])));
  implementation.addToServer(withoutList(server));
  server.addService(reflection(version), {
    ServerReflectionInfo(call: ServerDuplexStream<Uint8Array, Uint8Array>) {
      call.on("data", () => call.write(listOf(services)));
      call.on("end", () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      ServerCredentials.createInsecure(),
      (error, bound) => error ? reject(error) : resolve(bound),
    )
  );
  return {
    host: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.tryShutdown(() => resolve());
        server.forceShutdown();
      }),
  };
}

/** Passes a service on, less its `List`. */
function withoutList(server: Server): Server {
  const addService: Server["addService"] = (definition, implementation) => {
    const { list: _list, List: _List, ...rest } = definition as Record<string, never>;
    server.addService(rest, implementation);
  };
  return { addService } as unknown as Server;
}

function reflection(version: string): ServiceDefinition {
  const asIs = (bytes: Uint8Array) => Buffer.from(bytes);
  return {
    ServerReflectionInfo: {
      path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      requestStream: true,
      responseStream: true,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  };
}

function listOf(services: readonly string[]): Uint8Array {
  const value = { service: services.map((name) => ({ name })) };
  return toBinary(
    ServerReflectionResponseSchema,
    create(ServerReflectionResponseSchema, { messageResponse: { case: "listServicesResponse", value } }),
  );
}
