import { systemClock } from "../../src/clock.ts";
import type { HealthDocument } from "../../src/core/health-document.ts";
import { DEFAULT_KNOBS } from "../../src/core/knobs.ts";
import { NOTHING_KNOWN } from "../../src/core/known.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import { createProber } from "../../src/probe/prober.ts";
import type { RunningRollcall } from "../../test/support/rollcall.ts";
import { startOnDeno } from "../../test/support/rollcall-deno.ts";
import { type DroppingProxy, startDroppingProxy } from "../lab/dropping-proxy.ts";
import { anyPorts, fleetOf, READ_TOKEN, startUpstreams } from "../lab/upstreams.ts";
import { targetOf } from "./fleet.ts";
import type { Looks } from "./looks.ts";
import { type ProbeResult, SIMPLE_RULES } from "./simple-rules.ts";

/** How much of a row is reproduced. */
export interface RealSize {
  readonly upstreams: number;
  /** How often each is looked at. */
  readonly rounds: number;
  readonly lossShare: number;
  readonly seed: number;
}

/**
 * A calm world of real processes: health servers behind a proxy that loses some of the probes, watched by `src/deno.ts`
 * and, by single probes through the same proxy, by the simple rules. Everything serves, so that each red is a false one.
 */
export async function realLooks({ upstreams: count, rounds, lossShare, seed }: RealSize): Promise<Looks[]> {
  await using upstreams = await startUpstreams(anyPorts(count));
  await using proxy = await startDroppingProxy(upstreams.ports, { share: lossShare, seed });
  await using rollcall = await startOnDeno(fleetOf(proxy.ports));
  const ours = { judge: "Rollcall", looks: 0, reds: 0, probes: 0 };
  for (let round = 0; round < rounds; round++) {
    ours.reds += await redsOf(rollcall);
    ours.looks += count;
  }
  ours.probes = proxy.seen.requests;
  return [ours, ...await rulesLooks(proxy, rounds)];
}

/** Ask for the fleet, every target probed now, and count who is said not to serve. */
async function redsOf({ url }: RunningRollcall): Promise<number> {
  const headers = { "cache-control": "no-cache", authorization: `Bearer ${READ_TOKEN}` };
  const document: HealthDocument = await (await fetch(`${url}/health`, { headers })).json();
  return document.names.filter(({ kind, status }) => kind === "upstream" && status !== "SERVING").length;
}

async function rulesLooks(proxy: DroppingProxy, rounds: number): Promise<Looks[]> {
  const judges = proxy.ports.map(() => SIMPLE_RULES.map(({ create }) => create()));
  const looks = SIMPLE_RULES.map(({ name }) => ({ judge: name, looks: 0, reds: 0, probes: 0 }));
  const before = proxy.seen.requests;
  for (let round = 0; round < rounds; round++) {
    const results = await Promise.all(proxy.ports.map(probeOnce));
    for (const [upstream, result] of results.entries()) {
      for (const [rule, look] of looks.entries()) {
        look.looks++;
        if (judges[upstream]?.[rule]?.(result) !== "SERVING") look.reds++;
      }
    }
  }
  return looks.map((look) => ({ ...look, probes: proxy.seen.requests - before }));
}

/** One probe over the network, as Rollcall sends it, and no second. */
async function probeOnce(port: number, index: number): Promise<ProbeResult> {
  const knobs = DEFAULT_KNOBS.deno;
  const { probeTimeoutMs: timeoutMs } = knobs;
  const target = targetOf(index, knobs, `http://127.0.0.1:${port}`);
  const session = createProber({ clock: systemClock, network: createDenoNetwork() }).begin(0);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const outcome = await session.probe(target, {
    timeoutMs,
    signal: controller.signal,
    attempt: 1,
    known: NOTHING_KNOWN,
    pay: () => false,
  });
  clearTimeout(timer);
  session.end();
  if (outcome.kind === "answered") return outcome.status === "SERVING" ? "serving" : "not-serving";
  return "failed";
}
