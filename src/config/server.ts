import { type Env, envField, type Field, refuse } from "./field.ts";
import { DURATION_MS, type Range, readInteger, readText } from "./read.ts";

/** What the Deno process needs besides the fleet; a Worker reads none of it. */
export interface ServerConfig {
  /** Address to listen on. */
  readonly host: string;
  /** Port to listen on; 0 takes any free one. */
  readonly port: number;
  /** Port of native gRPC; 0 takes any free one, undefined is none. */
  readonly grpcPort: number | undefined;
  /** Files of the certificate chain and its key that native gRPC is served with; undefined is plaintext. */
  readonly grpcTls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** From the signal to stop until the ports close, every name is NOT_SERVING for this long. */
  readonly drainMs: number;
  /** File of the Deno KV store; `:memory:` keeps nothing. */
  readonly kvPath: string;
  /** How often the fleet is refreshed while nobody asks. */
  readonly refreshEveryMs: number;
}

/**
 * Defaults of the Deno process. It listens on every interface, because it answers strangers by design, and in a
 * container a server on 127.0.0.1 is one that nobody reaches.
 */
export const DEFAULT_SERVER: ServerConfig = {
  host: "0.0.0.0",
  port: 8787,
  // What gRPC's own examples listen on.
  grpcPort: 50_051,
  grpcTls: undefined,
  // Watchers and load balancers that ask each second learn it; container platforms kill ten seconds after the signal.
  drainMs: 2_000,
  kvPath: "./rollcall.sqlite3",
  refreshEveryMs: 20_000,
};

/** Longest drain: what orchestrators wait by default is 30 s, and may be raised to more. */
const DRAIN_MAX_MS = 60_000;

/** The word that leaves native gRPC out. */
const OFF = "off";

/** Read HOST, PORT, GRPC_PORT, TLS_CERT, TLS_KEY, DRAIN_MS, KV_PATH and REFRESH_EVERY_MS. */
export function readServer(env: Env, problems: string[]): ServerConfig {
  return {
    host: readText(envField(env, "HOST", problems)) ?? DEFAULT_SERVER.host,
    port: readInteger(envField(env, "PORT", problems), { min: 0, max: 65_535 }, DEFAULT_SERVER.port),
    ...readGrpc(env, problems),
    drainMs: readInteger(envField(env, "DRAIN_MS", problems), { min: 0, max: DRAIN_MAX_MS }, DEFAULT_SERVER.drainMs),
    kvPath: readText(envField(env, "KV_PATH", problems)) ?? DEFAULT_SERVER.kvPath,
    refreshEveryMs: readInteger(
      envField(env, "REFRESH_EVERY_MS", problems),
      DURATION_MS,
      DEFAULT_SERVER.refreshEveryMs,
    ),
  };
}

const GRPC_PORT: Range = { min: 0, max: 65_535, orWord: OFF };

/** With half a certificate there is no native gRPC: plaintext is not what was asked for. */
function readGrpc(env: Env, problems: string[]): Pick<ServerConfig, "grpcPort" | "grpcTls"> {
  const port = envField(env, "GRPC_PORT", problems);
  const grpcPort = port.value === OFF ? undefined : readInteger(port, GRPC_PORT, DEFAULT_SERVER.grpcPort ?? 0);
  const cert = pathField(env, "TLS_CERT", problems);
  const key = pathField(env, "TLS_KEY", problems);
  const certFile = readPath(cert);
  const keyFile = readPath(key);
  if (certFile !== undefined && keyFile !== undefined) return { grpcPort, grpcTls: { certFile, keyFile } };
  if (cert.value === undefined && key.value === undefined) return { grpcPort, grpcTls: undefined };
  if (key.value === undefined) refuse(cert, "it has no key", "set TLS_KEY to its key's file, or neither");
  if (cert.value === undefined) {
    refuse(key, "it has no certificate", "set TLS_CERT to its certificate's file, or neither");
  }
  return { grpcPort: undefined, grpcTls: undefined };
}

/** A path may be shown; the text of the file itself, written by mistake, may be a key. */
function pathField(env: Env, name: string, problems: string[]): Field {
  const field = envField(env, name, problems);
  return { ...field, isSecret: isPem(field) };
}

function readPath(field: Field): string | undefined {
  return isPem(field) ? refuse(field, "PEM text", "write the path of a file that holds it") : readText(field);
}

function isPem({ value }: Field): boolean {
  return typeof value === "string" && value.includes("-----BEGIN");
}
