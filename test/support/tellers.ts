import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { type GetStatusResponse, StatusService } from "../../src/gen/rollcall/v1/status_pb.ts";
import { grpcJsClient } from "./grpc-js-client.ts";

/** The token that lets statuses be told. */
export const PUSH_TOKEN = "the-push-token-of-tests";

/** Who tells statuses and reads them, by a client of other hands, in one protocol. Calls reject with whatever the client throws. */
export interface Teller extends Disposable {
  readonly protocol: string;
  set(name: string, status: number, more?: { readonly message?: string; readonly ttlMs?: number }): Promise<unknown>;
  get(name: string): Promise<GetStatusResponse>;
  heartbeat(name: string, ttlMs?: number): Promise<{ readonly status: number }>;
  check(service: string): Promise<number>;
  watch(service: string): Watching;
}

/** An open Watch. */
export interface Watching {
  /** The statuses so far, in order. */
  readonly statuses: readonly number[];
  /** Go away; Deno's `fetch` may keep reading for a while, of which nothing is heard here. */
  cancel(): void;
}

const authorization = `Bearer ${PUSH_TOKEN}`;

/** A teller in each protocol that every platform serves. */
export function webTellers(baseUrl: string): readonly Teller[] {
  return [
    teller("gRPC-web", createGrpcWebTransport({ baseUrl })),
    teller("Connect", createConnectTransport({ baseUrl })),
  ];
}

function teller(protocol: string, transport: Transport): Teller {
  const told = createClient(StatusService, transport);
  const health = createClient(Health, transport);
  const headers = { authorization };
  return {
    protocol,
    set: (name, status, more) => told.setStatus({ name, status, ...more }, { headers }),
    get: (name) => told.getStatus({ name }, { headers }),
    heartbeat: (name, ttlMs = 0) => told.heartbeat({ name, ttlMs }, { headers }),
    check: async (service) => (await health.check({ service })).status,
    watch(service) {
      const statuses: number[] = [];
      const gone = new AbortController();
      const hear = async () => {
        for await (const { status } of health.watch({ service }, { signal: gone.signal })) {
          if (gone.signal.aborted) return;
          statuses.push(status);
        }
      };
      hear().catch((error) => {
        if (!gone.signal.aborted) throw error;
      });
      return { statuses, cancel: () => gone.abort() };
    },
    [Symbol.dispose]: () => {},
  };
}

/** A teller in native gRPC, grpc-js, at a port of 127.0.0.1. */
export function nativeTeller(port: number): Teller {
  const client = grpcJsClient(port);
  async function ask<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { readonly input: I; readonly output: O },
    message: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    const call = client.call(method, message, { metadata: { authorization } });
    const { code, details } = await call.ended;
    const [answer] = call.messages;
    if (answer === undefined) throw new ConnectError(details, code);
    return answer;
  }
  const { setStatus, getStatus, heartbeat } = StatusService.method;
  return {
    protocol: "native gRPC",
    set: (name, status, more) => ask(setStatus, { name, status, ...more }),
    get: (name) => ask(getStatus, { name }),
    heartbeat: (name, ttlMs = 0) => ask(heartbeat, { name, ttlMs }),
    check: async (service) => (await ask(Health.method.check, { service })).status,
    watch(service) {
      const call = client.call(Health.method.watch, { service });
      return {
        get statuses() {
          return call.messages.map(({ status }) => status);
        },
        cancel: () => call.cancel(),
      };
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
