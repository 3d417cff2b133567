import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer } from "node:http";
import { Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { HealthImplementation } from "grpc-health-check";
import { type StatusProto, StatusProtoSchema } from "../../src/gen/jina/jina_pb.ts";
import { serveWebSockets, type WsSocket } from "./ws.ts";

/** A gateway that answers dry runs in the shapes of Jina 3.20, over HTTP, WebSocket and gRPC. */
export interface JinaGateway extends AsyncDisposable {
  readonly http: string;
  readonly ws: string;
  readonly grpc: string;
  /** From now on dry runs fail with this description; undefined is ready again. */
  fail(description: string | undefined): void;
  /** The subprotocols that the last WebSocket offered. */
  offered(): string | undefined;
}

/** Start it on 127.0.0.1 at free ports. */
export async function startJinaGateway(): Promise<JinaGateway> {
  let failure: string | undefined;
  let offered: string | undefined;
  const status = () => statusOf(failure);
  const web = createServer((request, response) => {
    const [code, body] = httpAnswer(request.url, status());
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  serveWebSockets(web, (request) => {
    offered = request.headers["sec-websocket-protocol"];
    return request.url === "/dry_run" ? (socket) => dryRun(socket, offered, status()) : undefined;
  });
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  const { port } = web.address() as { port: number };
  const grpc = new Server();
  new HealthImplementation({ "": "SERVING", "jina.JinaRPC": "SERVING" }).addToServer(grpc);
  grpc.addService(DRY_RUN, {
    dry_run: (_call: unknown, answer: (error: null, status: StatusProto) => void) => answer(null, status()),
  });
  const grpcPort = await new Promise<number>((resolve, reject) =>
    grpc.bindAsync(
      "127.0.0.1:0",
      ServerCredentials.createInsecure(),
      (error, port) => error ? reject(error) : resolve(port),
    )
  );
  return {
    http: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    grpc: `grpc://127.0.0.1:${grpcPort}`,
    fail: (description) => {
      failure = description;
    },
    offered: () => offered,
    async [Symbol.asyncDispose]() {
      web.closeAllConnections();
      web.close();
      await once(web, "close");
      await new Promise<void>((resolve) => {
        grpc.tryShutdown(() => resolve());
        grpc.forceShutdown();
      });
    },
  };
}

const DRY_RUN: ServiceDefinition = {
  dry_run: {
    path: "/jina.JinaGatewayDryRunRPC/dry_run",
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.of(),
    requestDeserialize: () => ({}),
    responseSerialize: (status: StatusProto) => Buffer.from(toBinary(StatusProtoSchema, status)),
    responseDeserialize: () => ({}),
  },
};

function statusOf(failure: string | undefined): StatusProto {
  if (failure === undefined) return create(StatusProtoSchema);
  const exception = { name: "InternalNetworkError", args: [failure], stacks: ["Traceback …"], executor: "" };
  return create(StatusProtoSchema, { code: 1, description: failure, exception });
}

/** Every field is there, and the HTTP status is 200 whatever became of the dry run. */
function httpAnswer(
  path: string | undefined,
  { code, description, exception }: StatusProto,
): readonly [number, unknown] {
  if (path === "/") return [200, {}];
  if (path !== "/dry_run") return [404, { detail: "Not Found" }];
  if (exception === undefined) return [200, { code, description, exception: null }];
  const { name, args, stacks, executor } = exception;
  return [200, { code, description, exception: { name, args, stacks, executor } }];
}

/** It never reads what the client sends, and after success leaves the closing to it. */
function dryRun(socket: WsSocket, offered: string | undefined, status: StatusProto): void {
  if (status.code !== 0) return socket.close(1011, reasonOf(status.description));
  socket.send(offered === "bytes" ? toBinary(StatusProtoSchema, status) : toJsonString(StatusProtoSchema, status));
}

/** RFC 6455 has room for 123 bytes. */
function reasonOf(description: string): string {
  if (new TextEncoder().encode(description).length <= 123) return description;
  return "Network error while connecting to deployment at {'0.0.0.0:12346'}. It may be down.";
}
