import grpcWeb from "grpc-web";
import xhr2 from "xhr2";
import { decodeHealthCheckResponse, encodeHealthCheckRequest } from "../../src/wire/health.ts";

/** The formats of the official client: `binary` is `application/grpc-web+proto`, `text` is `application/grpc-web-text`. */
export const WEB_FORMATS = ["binary", "text"] as const;

/** One call of `grpc.health.v1.Health`. */
export interface HealthCall {
  readonly url: string;
  readonly format: (typeof WEB_FORMATS)[number];
  readonly method: "Check" | "Watch";
  readonly service: string;
}

/** All that a call brought: the statuses by number, and the gRPC code it ended with. */
export interface CallResult {
  readonly statuses: readonly number[];
  readonly code: number;
}

/** Call by the official grpc-web client, which knows only browsers, over xhr2. */
export function healthCall({ url, format, method, service }: HealthCall): Promise<CallResult> {
  Object.assign(globalThis, { XMLHttpRequest: xhr2.XMLHttpRequest });
  const client = new grpcWeb.GrpcWebClientBase({ format });
  const path = `/grpc.health.v1.Health/${method}`;
  const call: [string, HealthRequest, grpcWeb.Metadata, grpcWeb.MethodDescriptor<HealthRequest, HealthResponse>] = [
    url + path,
    new HealthRequest(service),
    {},
    describe(path, method === "Check" ? "unary" : "server_streaming"),
  ];
  const statuses: number[] = [];
  const onData = ({ status }: HealthResponse) => void statuses.push(status);
  return new Promise((resolve) => {
    if (method === "Check") {
      client.rpcCall(...call, (error, response) => {
        // The client calls with null when there is none of the two.
        if (error) return resolve({ statuses, code: error.code });
        onData(response);
        resolve({ statuses, code: 0 });
      });
      return;
    }
    const stream = client.serverStreaming(...call);
    stream.on("data", onData);
    stream.on("error", ({ code }) => resolve({ statuses, code }));
    stream.on("end", () => resolve({ statuses, code: 0 }));
  });
}

class HealthRequest {
  readonly service: string;
  constructor(service: unknown) {
    this.service = String(service);
  }
}

class HealthResponse {
  readonly status: number;
  constructor(status: unknown) {
    this.status = Number(status);
  }
}

function describe(path: string, type: "unary" | "server_streaming") {
  return new grpcWeb.MethodDescriptor(
    path,
    type,
    HealthRequest,
    HealthResponse,
    ({ service }: HealthRequest) => encodeHealthCheckRequest(service),
    (bytes: Uint8Array) => new HealthResponse(decodeHealthCheckResponse(bytes) ?? NaN),
  );
}
