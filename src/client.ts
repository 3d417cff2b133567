import { check, list } from "./client/health.ts";
import type { CallOptions } from "./client/limit.ts";
import { readReadiness, readReport } from "./client/report.ts";
import { watch } from "./client/watch.ts";
import { systemClock } from "./clock.ts";
import type { HealthDocument } from "./core/health-document.ts";
import type { ServingStatus } from "./core/status.ts";
import type { WireStatus } from "./wire/health.ts";

export { RollcallError } from "./client/rollcall-error.ts";
export type { CallOptions, HealthDocument, ServingStatus, WireStatus };

/** Asks one Rollcall, in browsers, Workers, Deno and Node alike. Each call is a request of its own; nothing is kept. */
export interface RollcallClient {
  /** Whether the whole fleet serves; false, too, when nobody says so in time. Never rejects. */
  isFlowReady(options?: CallOptions): Promise<boolean>;
  /**
   * The status of a name: `""` (default) is the fleet; else an upstream, `upstream/service`, a service, a group, or `liveness`.
   *
   * @throws {RollcallError} `not_found` for a name that is not served.
   */
  check(service?: string, options?: CallOptions): Promise<ServingStatus>;
  /**
   * The status of every listed name: the fleet (`""`), upstreams, services and groups.
   *
   * @throws {RollcallError}
   */
  list(options?: CallOptions): Promise<ReadonlyMap<string, ServingStatus>>;
  /**
   * The status of a name now, then each change, for as long as the reader reads; it ends when `signal` aborts.
   *
   * It reconnects by itself, 1 s after the start of the last attempt and then ever later, 120 s at most. From the second
   * attempt without an answer on the status is UNKNOWN; that of a name not (yet) served is SERVICE_UNKNOWN.
   *
   * @param options `timeoutMs` is how long one attempt may take to its first status.
   * @throws {RollcallError} When a first status never came, because there is no Rollcall here or the token is wrong.
   */
  watch(service?: string, options?: CallOptions): AsyncGenerator<WireStatus, void, void>;
  /**
   * Everything Rollcall knows: the typed form of `GET /health`, whether the fleet serves or not. Addresses, messages and
   * attempts are there for holders of the token only.
   *
   * @throws {RollcallError}
   */
  report(options?: CallOptions): Promise<HealthDocument>;
}

export interface ClientOptions {
  /** READ_TOKEN of that Rollcall, to be told what strangers are not. */
  readonly token?: string;
  /** How long a call may take that does not say, in milliseconds; default 5 000. */
  readonly timeoutMs?: number;
  /** Sends the requests, and must heed their `signal`; default the platform's `fetch`. On Workers: a service binding's. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Twice what Rollcall takes at most by default. */
const TIMEOUT_MS = 5_000;

/**
 * Create a client of the Rollcall at `url`; its path, if any, is where Rollcall is mounted.
 *
 * @throws {TypeError} When `url` is no absolute http or https URL.
 */
export function createClient(
  url: string | URL,
  { token, timeoutMs = TIMEOUT_MS, fetch = (url, init) => globalThis.fetch(url, init) }: ClientOptions = {},
): RollcallClient {
  const headers: Record<string, string> = {};
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  const endpoint = {
    url: baseOf(url),
    fetch,
    headers,
    timeoutMs,
    clock: systemClock,
  };
  return {
    isFlowReady: (options = {}) => readReadiness(endpoint, options),
    check: (service = "", options = {}) => check(endpoint, service, options),
    list: (options = {}) => list(endpoint, options),
    watch: (service = "", options = {}) => watch(endpoint, service, { ...options, random: Math.random }),
    report: (options = {}) => readReport(endpoint, options),
  };
}

function baseOf(url: string | URL): string {
  const { protocol, origin, pathname } = new URL(url);
  if (!/^https?:$/.test(protocol)) throw new TypeError(`Cannot ask ${url}: write an http or https URL`);
  return origin + pathname.replace(/\/+$/, "");
}
