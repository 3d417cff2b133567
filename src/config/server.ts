import { type Env, envField } from "./field.ts";
import { DURATION_MS, readInteger, readText } from "./read.ts";

/** What the Deno process needs besides the fleet; a Worker reads none of it. */
export interface ServerConfig {
  /** Address to listen on. */
  readonly host: string;
  /** Port to listen on; 0 takes any free one. */
  readonly port: number;
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
  kvPath: "./rollcall.sqlite3",
  refreshEveryMs: 20_000,
};

/** Read HOST, PORT, KV_PATH and REFRESH_EVERY_MS. */
export function readServer(env: Env, problems: string[]): ServerConfig {
  return {
    host: readText(envField(env, "HOST", problems)) ?? DEFAULT_SERVER.host,
    port: readInteger(envField(env, "PORT", problems), { min: 0, max: 65_535 }, DEFAULT_SERVER.port),
    kvPath: readText(envField(env, "KV_PATH", problems)) ?? DEFAULT_SERVER.kvPath,
    refreshEveryMs: readInteger(
      envField(env, "REFRESH_EVERY_MS", problems),
      DURATION_MS,
      DEFAULT_SERVER.refreshEveryMs,
    ),
  };
}
