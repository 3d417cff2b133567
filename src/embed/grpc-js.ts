import { Buffer } from "node:buffer";
import {
  decodeHealthCheckRequest,
  decodeHealthCheckResponse,
  decodeHealthListResponse,
  encodeHealthCheckRequest,
  encodeHealthCheckResponse,
  WIRE_STATUS,
} from "../wire/health.ts";
import { encodeHealthListResponse } from "../wire/health-list.ts";
import { listed, TOO_MANY_NAMES, unknownService } from "./rpc-rules.ts";
import type { ServerHealth } from "./server-health.ts";

/**
 * `grpc.health.v1.Health` for a server of `@grpc/grpc-js`: `server.addService(definition, handlers)`. Neither that library
 * nor another is needed for it.
 */
export function grpcJsHealth(health: ServerHealth) {
  return { definition: DEFINITION, handlers: handle(health) };
}

/** As much of grpc-js's unary call as we use. */
interface UnaryCall<Request> {
  readonly request: Request;
}

/** As much of its server stream as we use. */
interface StreamCall<Request, Reply> extends UnaryCall<Request> {
  /** False when nothing should be written before "drain". */
  write(reply: Reply): boolean;
  end(): void;
  once(event: "cancelled" | "drain", listener: () => void): unknown;
  off(event: "cancelled" | "drain", listener: () => void): unknown;
}

type Callback<Reply> = (error: { readonly code: number; readonly details: string } | null, reply?: Reply) => void;

interface CheckRequest {
  readonly service: string;
}

interface CheckReply {
  readonly status: number;
}

interface ListReply {
  readonly statuses: ReadonlyMap<string, number>;
}

function handle(health: ServerHealth) {
  return {
    async Check({ request: { service } }: UnaryCall<CheckRequest>, callback: Callback<CheckReply>) {
      const status = await health.check(service);
      if (status === "SERVICE_UNKNOWN") callback({ code: NOT_FOUND, details: unknownService(service) });
      else callback(null, { status: WIRE_STATUS[status] });
    },
    async List(_call: UnaryCall<unknown>, callback: Callback<ListReply>) {
      const statuses = await listed(health);
      if (statuses === undefined) callback({ code: RESOURCE_EXHAUSTED, details: TOO_MANY_NAMES });
      else callback(null, { statuses: new Map([...statuses].map(([name, status]) => [name, WIRE_STATUS[status]])) });
    },
    async Watch(call: StreamCall<CheckRequest, CheckReply>) {
      const gone = new AbortController();
      call.once("cancelled", () => gone.abort());
      for await (const status of health.watch(call.request.service, { signal: gone.signal })) {
        // The newest status is worth waiting for; those between are not worth keeping.
        if (!call.write({ status: WIRE_STATUS[status] })) await drained(call);
      }
      call.end();
    },
  };
}

function drained(call: StreamCall<CheckRequest, CheckReply>): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      call.off("drain", end);
      call.off("cancelled", end);
      resolve();
    };
    call.once("drain", end);
    call.once("cancelled", end);
  });
}

/** https://grpc.io/docs/guides/status-codes/ */
const NOT_FOUND = 5;
const RESOURCE_EXHAUSTED = 8;

const CHECK_CODEC = {
  requestSerialize: ({ service }: CheckRequest) => Buffer.from(encodeHealthCheckRequest(service)),
  requestDeserialize: (bytes: Uint8Array): CheckRequest => ({ service: whole(decodeHealthCheckRequest(bytes)) }),
  responseSerialize: ({ status }: CheckReply) => Buffer.from(encodeHealthCheckResponse(status)),
  responseDeserialize: (bytes: Uint8Array): CheckReply => ({ status: whole(decodeHealthCheckResponse(bytes)) }),
};

const DEFINITION = {
  Check: { path: "/grpc.health.v1.Health/Check", requestStream: false, responseStream: false, ...CHECK_CODEC },
  Watch: { path: "/grpc.health.v1.Health/Watch", requestStream: false, responseStream: true, ...CHECK_CODEC },
  List: {
    path: "/grpc.health.v1.Health/List",
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: () => ({}),
    responseSerialize: ({ statuses }: ListReply) => Buffer.from(encodeHealthListResponse(statuses)),
    responseDeserialize: (bytes: Uint8Array): ListReply => ({ statuses: whole(decodeHealthListResponse(bytes)) }),
  },
};

/** grpc-js answers what is thrown here with INTERNAL. */
function whole<T>(message: T | undefined): T {
  if (message === undefined) throw new Error("Cannot read a message of grpc.health.v1: it is not protobuf");
  return message;
}
