import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Health } from "../../src/gen/grpc/health/v1/health_pb.ts";
import { JinaGatewayDryRunRPC } from "../../src/gen/jina/jina_pb.ts";
import { surfaceFetch } from "./surfaces.ts";

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** connect-web's transports over the surfaces: clients by other hands. */
export function transports(ask: Ask): Readonly<Record<string, Transport>> {
  const options = { baseUrl: "http://rollcall.test", fetch: surfaceFetch(ask) };
  return {
    "gRPC-web": createGrpcWebTransport(options),
    "gRPC-web JSON": createGrpcWebTransport({ ...options, useBinaryFormat: false }),
    "Connect proto": createConnectTransport({ ...options, useBinaryFormat: true }),
    "Connect JSON": createConnectTransport(options),
    "Connect GET": createConnectTransport({ ...options, useHttpGet: true }),
  };
}

/** A health client per protocol. */
export function healthClients(ask: Ask): readonly (readonly [string, Client<typeof Health>])[] {
  return Object.entries(transports(ask)).map(([name, transport]) => [name, createClient(Health, transport)]);
}

/** A client of Jina's RPC per protocol. */
export function jinaClients(ask: Ask): readonly (readonly [string, Client<typeof JinaGatewayDryRunRPC>])[] {
  return Object.entries(transports(ask)).map((
    [name, transport],
  ) => [name, createClient(JinaGatewayDryRunRPC, transport)]);
}
