import { NOTHING_KNOWN } from "../core/known.ts";
import type { ProbeOutcome } from "../core/observation.ts";
import {
  type HttpCheck,
  type JinaKind,
  type Protocol,
  type Target,
  targetKey,
  type UpstreamTls,
} from "../core/registry.ts";
import { createProber } from "../probe/prober.ts";
import type { Io } from "./io.ts";

/** A server to ask, as a command line names it. */
export interface Server {
  /** `scheme://host[:port][/path]`. */
  readonly url: string;
  readonly protocol: Protocol | "auto";
  /** With protocol `jina` only. */
  readonly kind?: JinaKind;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: UpstreamTls;
  /** Sent as the host instead of the URL's. */
  readonly authority?: string;
}

/** One service of a server, as a target of the prober; what belongs to a fleet only is set to something harmless. */
export function targetOf({ url, protocol, kind, headers = {}, tls, authority }: Server, service: string): Target {
  const upstream = {
    name: url,
    url,
    protocol,
    codec: "proto",
    services: [service],
    timeoutMs: 1_000,
    ttlMs: 1_000,
    critical: true,
    headers,
    ...(protocol === "http" && { http: ANY_SUCCESS }),
    ...(kind && { kind }),
    ...(tls && { tls }),
    ...(authority && { authority }),
  } as const;
  return { key: targetKey(upstream.name, service), upstream, service };
}

/** What serves where nothing else is said, as in a registry. */
const ANY_SUCCESS: HttpCheck = { method: "GET", statuses: [{ from: 200, to: 299 }] };

/**
 * Ask a target once, over a connection of its own.
 *
 * @param timeoutMs Infinity waits for as long as it takes.
 */
export async function ask(
  target: Target,
  timeoutMs: number,
  { clock, network, stop }: Pick<Io, "clock" | "network" | "stop">,
): Promise<ProbeOutcome> {
  const time = new AbortController();
  const disarm = timeoutMs === Infinity ? () => {} : clock.after(timeoutMs, () => time.abort());
  const session = createProber({ clock, network: { ...network, keepsConnections: false } }).begin(0);
  try {
    const signal = AbortSignal.any([stop, time.signal]);
    return await session.probe(target, { timeoutMs, signal, attempt: 0, known: NOTHING_KNOWN, pay: () => true });
  } finally {
    disarm();
    session.end();
  }
}
