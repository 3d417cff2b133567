import type { HealthDocument } from "../../src/core/health-document.ts";
import { passed } from "../support/eventually.ts";
import { startOnDeno } from "../support/rollcall-deno.ts";
import type { RunningRollcall, StartRollcall } from "../support/rollcall.ts";
import { startOnWorkerd } from "../support/rollcall-workerd.ts";
import { type Ask, asksOf, entryOf } from "./asks.ts";
import type { Peer } from "./peer.ts";
import { end, expectedOf, type Phase, PHASES, type Staged } from "./phases.ts";

/** Where a Rollcall runs. */
export const PLATFORMS = ["Deno", "workerd"] as const;
export type PlatformName = typeof PLATFORMS[number];

/** What Rollcall made of one service: its serving status, and why, if that is more than the peer's own word. */
export interface Seen {
  readonly status: string;
  readonly failure: string | null;
  /** The upstream's own words, or ours of it. */
  readonly message: string | null;
  /** The protocol it was asked in; null while `auto` has found none. */
  readonly protocol: string | null;
}

/** By service. */
export type SeenByService = Readonly<Record<string, Seen>>;

/** What was seen: by platform, then by the ask's name, one for each phase. */
export type Results = Readonly<Record<PlatformName, ReadonlyMap<string, readonly SeenByService[]>>>;

const START: Readonly<Record<PlatformName, StartRollcall>> = { Deno: startOnDeno, workerd: startOnWorkerd };

/** A change to a failure takes a second to be confirmed, and a machine may be slow: together far longer than that. */
const MOST_LOOKS = 60;
const LOOK_EVERY_MS = 250;

const READ_TOKEN = "the-read-token-of-the-interop-run";

/**
 * Take all peers, prepared before, through all phases at once, watched by one Rollcall on each platform, and write down what
 * each made of it. A peer that Rollcall sees otherwise than expected is no error here: it is what is written down.
 */
export async function runInterop(peers: readonly Peer[]): Promise<Results> {
  const results = { Deno: new Map<string, SeenByService[]>(), workerd: new Map<string, SeenByService[]>() };
  const fleet: Staged[] = [];
  try {
    for (const peer of peers) fleet.push(await stage(peer));
    const asks = peers.flatMap(asksOf);
    const options = { upstreams: upstreamsOf(fleet), vars: { READ_TOKEN, PROBES_PER_INVOCATION: "1000" } };
    await using onDeno = await START.Deno(options);
    await using onWorkerd = await START.workerd(options);
    for (const phase of PHASES) {
      for (const staged of fleet) await phase.enact(staged);
      for (const [platform, rollcall] of [["Deno", onDeno], ["workerd", onWorkerd]] as const) {
        const seen = await settled(rollcall, asks, phase);
        for (const { name } of asks) results[platform].set(name, [...results[platform].get(name) ?? [], seen(name)]);
      }
    }
  } finally {
    for (const staged of fleet) await end(staged);
  }
  return results;
}

async function stage(peer: Peer): Promise<Staged> {
  const running = await peer.start(0);
  return { peer, port: running.port, running };
}

function upstreamsOf(fleet: readonly Staged[]): object[] {
  return fleet.flatMap(({ peer, port }) => asksOf(peer).map((ask) => entryOf(ask, port)));
}

/** Ask until all is as expected; when it never becomes so, give what was seen last. */
async function settled(
  rollcall: RunningRollcall,
  asks: readonly Ask[],
  phase: Phase,
): Promise<(name: string) => SeenByService> {
  for (let looks = 1;; looks++) {
    const seen = await look(rollcall);
    if (looks === MOST_LOOKS || asks.every((ask) => isAsExpected(seen(ask.name), ask, phase))) return seen;
    await passed(LOOK_EVERY_MS);
  }
}

/** Whether an ask came out in a phase as it must. */
export function isAsExpected(seen: SeenByService, ask: Ask, phase: Phase): boolean {
  const expected = Object.entries(expectedOf(ask, phase));
  return Object.keys(seen).length === expected.length &&
    expected.every(([service, status]) => seen[service]?.status === status);
}

/** What one forced refresh saw, by upstream. */
async function look(rollcall: RunningRollcall): Promise<(name: string) => SeenByService> {
  const headers = { authorization: `Bearer ${READ_TOKEN}`, "cache-control": "no-cache" };
  const response = await fetch(`${rollcall.url}/health`, { headers });
  const { names } = await response.json() as HealthDocument;
  return (name) =>
    Object.fromEntries(names.flatMap(({ target, status }) => {
      if (target?.upstream !== name) return [];
      const { service, failure, message = null, protocol = null } = target;
      return [[service, { status, failure, message, protocol }]];
    }));
}
