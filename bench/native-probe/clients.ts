import { Buffer } from "node:buffer";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { systemClock } from "../../src/clock.ts";
import { NOTHING_KNOWN } from "../../src/core/known.ts";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import { createProber } from "../../src/probe/prober.ts";
import { decodeHealthCheckResponse, encodeHealthCheckRequest, WIRE_STATUS } from "../../src/wire/health.ts";

/** Asks one server for its health over native gRPC. */
export interface HealthClient {
  /** Ask over the connection that is kept. Resolves with what the client takes for the serving status. */
  check(): Promise<unknown>;
  /** Ask over a connection that nobody used before. */
  checkFresh(): Promise<unknown>;
}

/** The clients that are compared, and what each says of a server that serves. */
export const CLIENTS = {
  ours: { create: ours, serving: "SERVING" },
  "grpc-js": { create: grpcJs, serving: WIRE_STATUS.SERVING },
  "connect-node": { create: connectNode, serving: WIRE_STATUS.SERVING },
} as const satisfies Record<string, { create: (port: number) => HealthClient; serving: unknown }>;

export type ClientName = keyof typeof CLIENTS;

const TIMEOUT_MS = 1_500;

/** The whole prober, with a session for each probe: it does all that a refresh asks of it. */
function ours(port: number): HealthClient {
  const prober = createProber({ clock: systemClock, network: createDenoNetwork() });
  const upstream = {
    ...{ name: "a", url: `grpc://127.0.0.1:${port}`, protocol: "grpc", codec: "proto", services: [""] } as const,
    ...{ timeoutMs: TIMEOUT_MS, ttlMs: 15_000, critical: true, headers: {} },
  };
  const target = { key: "a/", upstream, service: "" };
  const probe = async (attempt: number) => {
    const session = prober.begin(0);
    const { signal } = new AbortController();
    const options = { timeoutMs: TIMEOUT_MS, signal, attempt, known: NOTHING_KNOWN, pay: () => false };
    const outcome = await session.probe(target, options);
    session.end();
    return outcome.kind === "answered" ? outcome.status : outcome.message;
  };
  // A probe after the first of an inquiry takes a connection of its own.
  return { check: () => probe(0), checkFresh: () => probe(1) };
}

/** With our own codec of the two messages, which is cheaper than those it is sold with. */
function grpcJs(port: number): HealthClient {
  const create = () =>
    new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  const kept = create();
  return {
    check: () => checkOf(kept),
    checkFresh: async () => {
      const client = create();
      const status = await checkOf(client);
      client.close();
      return status;
    },
  };
}

function checkOf(client: Client): Promise<unknown> {
  return new Promise((resolve) =>
    client.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      (service: string) => Buffer.from(encodeHealthCheckRequest(service)),
      (message: Uint8Array) => decodeHealthCheckResponse(message) ?? NaN,
      "",
      { deadline: Date.now() + TIMEOUT_MS },
      (error: ServiceError | null, status?: number) => resolve(error === null ? status : error.message),
    )
  );
}

function connectNode(port: number): HealthClient {
  const baseUrl = `http://127.0.0.1:${port}`;
  const create = () => {
    const sessionManager = new Http2SessionManager(baseUrl);
    return { sessionManager, client: createClient(Health, createGrpcTransport({ baseUrl, sessionManager })) };
  };
  const check = async ({ client }: ReturnType<typeof create>) =>
    (await client.check({ service: "" }, { timeoutMs: TIMEOUT_MS })).status;
  const kept = create();
  return {
    check: () => check(kept),
    checkFresh: async () => {
      const fresh = create();
      const status = await check(fresh);
      fresh.sessionManager.abort();
      return status;
    },
  };
}
