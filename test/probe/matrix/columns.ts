import type { Upstream } from "../../../src/core/registry.ts";
import { join } from "../../support/http2-pieces.ts";
import { text } from "./bytes.ts";

/** A way of asking, and what a server must speak to answer it. */
export interface Column {
  readonly upstream: Partial<Upstream>;
  readonly schemes: { readonly plain: string; readonly tls: string };
  readonly wire: "http1" | "http2" | "websocket";
  /** Of a good answer. */
  readonly contentType: string;
  /** Of a good answer, in no frame. */
  readonly message: Uint8Array;
  /** The same with 7 for a status. */
  readonly enum7: Uint8Array;
}

const HTTP = { schemes: { plain: "http", tls: "https" }, wire: "http1" } as const;
const NATIVE = { schemes: { plain: "grpc", tls: "grpcs" }, wire: "http2", contentType: "application/grpc" } as const;

const ANY_2XX = { method: "GET", statuses: [{ from: 200, to: 299 }] } as const;

/** Every protocol, and those of its variants that a server answers differently. */
export const COLUMNS = {
  "grpc-web": {
    ...HTTP,
    upstream: { protocol: "grpc-web" },
    contentType: "application/grpc-web",
    message: join([8, 1]),
    enum7: join([8, 7]),
  },
  "connect": {
    ...HTTP,
    upstream: { protocol: "connect", codec: "proto" },
    contentType: "application/proto",
    message: join([8, 1]),
    enum7: join([8, 7]),
  },
  "connect JSON": {
    ...HTTP,
    upstream: { protocol: "connect", codec: "json" },
    contentType: "application/json",
    message: text('{"status":"SERVING"}'),
    enum7: text('{"status":7}'),
  },
  "grpc": {
    ...NATIVE,
    upstream: { protocol: "grpc" },
    message: join([8, 1]),
    enum7: join([8, 7]),
  },
  "grpc List": {
    ...NATIVE,
    upstream: { protocol: "grpc", services: ["*"] },
    // One entry: the name "a", and a HealthCheckResponse.
    message: join([10, 7, 10, 1, 97, 18, 2, 8, 1]),
    enum7: join([10, 7, 10, 1, 97, 18, 2, 8, 7]),
  },
  "http": {
    ...HTTP,
    upstream: { protocol: "http", http: ANY_2XX },
    contentType: "application/health+json",
    message: text('{"status":"pass"}'),
    enum7: text('{"status":"7"}'),
  },
  "http JSON value": {
    ...HTTP,
    upstream: { protocol: "http", http: { ...ANY_2XX, json: { pointer: "/status", equals: "up" } } },
    contentType: "application/json",
    message: text('{"status":"up"}'),
    enum7: text('{"status":7}'),
  },
  "jina http": {
    ...HTTP,
    upstream: { protocol: "jina", kind: "flow" },
    contentType: "application/json",
    message: text('{"code":0,"description":"","exception":null}'),
    enum7: text('{"code":7,"description":"","exception":null}'),
  },
  "jina grpc": {
    ...NATIVE,
    upstream: { protocol: "jina", kind: "flow" },
    message: new Uint8Array(),
    enum7: join([8, 7]),
  },
  "jina ws": {
    upstream: { protocol: "jina", kind: "flow" },
    schemes: { plain: "ws", tls: "wss" },
    wire: "websocket",
    contentType: "",
    message: new Uint8Array(),
    enum7: join([8, 7]),
  },
} as const satisfies Readonly<Record<string, Column>>;

export type ColumnName = keyof typeof COLUMNS;

/** All columns, in order. */
export const ALL: readonly ColumnName[] = Object.keys(COLUMNS) as ColumnName[];

/** Those that ask over HTTP/2. */
export const HTTP2: readonly ColumnName[] = ALL.filter((name) => COLUMNS[name].wire === "http2");

/** Those that ask over HTTP/1, the opening of a WebSocket included. */
export const HTTP1: readonly ColumnName[] = ALL.filter((name) => COLUMNS[name].wire !== "http2");

/** Those whose messages are in the frames of gRPC, and followed by trailers. */
export const FRAMED: readonly ColumnName[] = ALL.filter((name) => isFramed(COLUMNS[name]));

/** Whether the column's messages are in the frames of gRPC. */
export function isFramed({ contentType }: Column): boolean {
  return contentType.startsWith("application/grpc");
}
