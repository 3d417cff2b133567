import { ConnectError, createClient as createConnectClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { ClientError, createChannel, createClient as createNiceClient } from "nice-grpc";
import { HealthDefinition } from "nice-grpc-server-health";
import { createClient, RollcallError } from "../../src/client.ts";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { GRPC_CODES } from "../../src/wire/grpc-code.ts";
import { wireStatusOf } from "../../src/wire/health.ts";

/** A client by other hands (but one): statuses and codes by the names of either. */
export interface Asker {
  check(service: string): Promise<string>;
  /** Undefined where the client has no List. */
  readonly list?: () => Promise<Readonly<Record<string, string>> | string>;
  watch(service: string, signal: AbortSignal): AsyncIterable<string>;
  close(): void;
}

/** A kind of client, and what it speaks. */
export interface AskerKind {
  readonly name: string;
  readonly protocol: "native" | "web";
  start(port: number): Asker;
}

function connectAsker(transport: Transport): Asker {
  const client = createConnectClient(Health, transport);
  const codeOf = (error: unknown) => codeName(ConnectError.from(error).code);
  return {
    check: (service) => client.check({ service }).then(({ status }) => wireStatusOf(status), codeOf),
    list: () =>
      client.list({}).then(
        ({ statuses }) => byName(Object.entries(statuses).map(([name, { status }]) => [name, wireStatusOf(status)])),
        codeOf,
      ),
    async *watch(service, signal) {
      for await (const { status } of client.watch({ service }, { signal })) yield wireStatusOf(status);
    },
    close: () => {},
  };
}

const NICE_GRPC: AskerKind = {
  name: "nice-grpc",
  protocol: "native",
  start(port) {
    const channel = createChannel(`127.0.0.1:${port}`);
    const client = createNiceClient(HealthDefinition, channel);
    return {
      check: (service) =>
        client.check({ service }).then(
          ({ status }) => wireStatusOf(status),
          (error) => error instanceof ClientError ? codeName(error.code) : String(error),
        ),
      async *watch(service, signal) {
        for await (const { status } of client.watch({ service }, { signal })) yield wireStatusOf(status);
      },
      close: () => channel.close(),
    };
  },
};

const OURS: AskerKind = {
  name: "our client",
  protocol: "web",
  start(port) {
    const client = createClient(`http://127.0.0.1:${port}`);
    const codeOf = (error: unknown) => error instanceof RollcallError ? error.code : String(error);
    return {
      check: (service) => client.check(service).catch(codeOf),
      list: () => client.list().then((statuses) => byName([...statuses]), codeOf),
      watch: (service, signal) => client.watch(service, { signal }),
      close: () => {},
    };
  },
};

/** All kinds but grpc-js, which has tests of its own. */
export const ASKERS: readonly AskerKind[] = [
  NICE_GRPC,
  OURS,
  {
    name: "connect (gRPC)",
    protocol: "native",
    start: (port) => connectAsker(createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` })),
  },
  {
    name: "connect (gRPC-web)",
    protocol: "web",
    start: (port) => connectAsker(createGrpcWebTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" })),
  },
  {
    name: "connect (Connect)",
    protocol: "web",
    start: (port) => connectAsker(createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" })),
  },
];

function byName(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => a < b ? -1 : 1));
}

function codeName(code: number): string {
  return GRPC_CODES[code - 1] ?? `code ${code}`;
}
