import type { ProbeOutcome } from "../../core/observation.ts";
import { DISCOVERED, type Protocol } from "../../core/registry.ts";
import type { ServingStatus } from "../../core/status.ts";
import { createGrpcClient } from "../../probe/grpc/client.ts";
import { ask, targetOf } from "../ask.ts";
import { request } from "../deployment.ts";
import type { Io } from "../io.ts";
import { candidatesOf } from "./candidates.ts";
import { reflectServices } from "./reflection.ts";

/** What an address turned out to be. */
export interface Found {
  readonly kind: "found";
  readonly address: string;
  readonly url: string;
  readonly protocol: Protocol;
  /** That its health service knows; `""` is the server as a whole. */
  readonly services: readonly string[];
  readonly status: ServingStatus;
  /** How the names were learned. */
  readonly by: "Health/List" | "reflection" | "itself";
  /** Names that reflection tells and the health service does not know. */
  readonly unknown: readonly string[];
}

/** Nothing there answers for its health. */
export interface Lost {
  readonly kind: "lost";
  readonly address: string;
  /** What came of each URL that was tried. */
  readonly tried: readonly { readonly url: string; readonly seen: string }[];
}

/** Long enough for five protocols over TLS from far away, in milliseconds. */
const TIMEOUT_MS = 5_000;

/** Find out what an address speaks and which services it has. Throws a CliError when it is no address. */
export async function explore(address: string, io: Io): Promise<Found | Lost> {
  const tried: { url: string; seen: string }[] = [];
  for (const url of candidatesOf(address)) {
    const outcome = await askOf({ url, protocol: defaultProtocol(url) }, "", io);
    const protocol = protocolOf(url, outcome);
    if (outcome.kind === "answered" && protocol !== undefined && isHealth(outcome)) {
      return await describe({ address, url: preciseUrl(url, protocol), protocol }, outcome, io);
    }
    if (await isPage(url, io)) return page(address, url);
    tried.push({ url, seen: seenOf(outcome) });
  }
  return { kind: "lost", address, tried };
}

function askOf(server: Parameters<typeof targetOf>[0], service: string, io: Io): Promise<ProbeOutcome> {
  const kind = server.protocol === "jina" ? { kind: "flow" } as const : {};
  return ask(targetOf({ ...server, ...kind }, service), TIMEOUT_MS, io);
}

/** As `config` reads a URL without a protocol. */
function defaultProtocol(url: string): Protocol | "auto" {
  if (/^grpcs?:/.test(url)) return "grpc";
  return /^wss?:/.test(url) ? "jina" : "auto";
}

type Answered = Extract<ProbeOutcome, { kind: "answered" }>;

function protocolOf(url: string, outcome: ProbeOutcome): Protocol | undefined {
  const asked = defaultProtocol(url);
  if (asked !== "auto") return asked;
  return outcome.kind === "not-attempted" ? undefined : outcome.negotiation?.protocol;
}

/** A server without a health service, or one that refuses us, is none to register. */
function isHealth({ reason }: Answered): boolean {
  return reason !== "health_unimplemented" && reason !== "probe_denied";
}

/** Native gRPC says so in its scheme. */
function preciseUrl(url: string, protocol: Protocol): string {
  return protocol === "grpc" ? url.replace(/^http/, "grpc") : url;
}

type Place = Pick<Found, "address" | "url" | "protocol">;

async function describe(place: Place, whole: Answered, io: Io): Promise<Found> {
  const isWholeKnown = whole.reason !== "service_not_registered";
  const found = { kind: "found", ...place, status: whole.status, unknown: [] } as const;
  const own = isWholeKnown ? [""] : [];
  if (place.protocol === "jina" || place.protocol === "http") return { ...found, services: [""], by: "itself" };
  const list = await askOf(place, DISCOVERED, io);
  const listed = list.kind === "answered" ? Object.keys(list.listed ?? {}) : [];
  if (listed.length > 0) return { ...found, services: [...new Set([...own, ...listed])].sort(), by: "Health/List" };
  const names = await reflect(place, io);
  const known = await Promise.all(names.map(async (name) => await isKnown(place, name, io)));
  return {
    ...found,
    services: [...own, ...names.filter((_, index) => known[index])],
    unknown: names.filter((_, index) => !known[index]),
    by: names.length > 0 ? "reflection" : "itself",
  };
}

async function isKnown(place: Place, service: string, io: Io): Promise<boolean> {
  const outcome = await askOf(place, service, io);
  return outcome.kind === "answered" && outcome.reason === undefined;
}

/** Reflection's names, as many as a health service would list; none where there is no reflection. */
async function reflect(place: Place, { clock, network, stop }: Io): Promise<readonly string[]> {
  const grpc = createGrpcClient({ ...network, clock });
  const late = new AbortController();
  const disarm = clock.after(TIMEOUT_MS, () => late.abort());
  try {
    const { upstream } = targetOf(place, "");
    const signal = AbortSignal.any([stop, late.signal]);
    const names = await reflectServices(upstream, { grpc, timeoutMs: TIMEOUT_MS, signal });
    return (names ?? []).slice(0, NAMES_MAX);
  } catch {
    // A server of HTTP/1.1 alone, say, which has no native gRPC to reflect by.
    return [];
  } finally {
    disarm();
    grpc.close();
  }
}

const NAMES_MAX = 100;

/** A page that answers 2xx may be watched as such, with protocol `http`. */
async function isPage(url: string, io: Io): Promise<boolean> {
  if (!/^https?:/.test(url)) return false;
  const status = await request(url, {}, io).then((answer) => answer.status, () => 0);
  return status >= 200 && status < 300;
}

function page(address: string, url: string): Found {
  return {
    kind: "found",
    address,
    url,
    protocol: "http",
    services: [""],
    status: "SERVING",
    by: "itself",
    unknown: [],
  };
}

function seenOf(outcome: ProbeOutcome): string {
  const what = outcome.kind === "failed"
    ? outcome.failure
    : outcome.kind === "answered"
    ? outcome.reason ?? outcome.status
    : "";
  const tried = outcome.kind === "not-attempted" ? [] : outcome.negotiation?.tried ?? [];
  const vain = tried.length < 2
    ? ""
    : `; tried ${tried.map(({ protocol, seen }) => `${protocol} (${seen})`).join(", ")}`;
  return `${[what, outcome.message ?? ""].filter((text) => text !== "").join(": ")}${vain}`;
}
