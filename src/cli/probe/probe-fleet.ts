import type { Config } from "../../config.ts";
import type { HealthDocument } from "../../core/health-document.ts";
import { DEFAULT_KNOBS } from "../../core/knobs.ts";
import { targetsOf } from "../../core/registry.ts";
import { HOPS_MAX, type Report } from "../../core/report.ts";
import type { Prober } from "../../ports.ts";
import { createProber } from "../../probe/prober.ts";
import { createRefresher } from "../../refresh.ts";
import { fixedFleet } from "../../refresh/fixed-fleet.ts";
import { createMemoryStore } from "../../store/memory.ts";
import { healthDocument, prepareHealth } from "../../surface/prepare-health.ts";
import type { Io } from "../io.ts";

/** What to probe. */
export interface FleetProbe {
  readonly config: Config;
  /** Upstreams that are not asked, and why. */
  readonly unreachable: ReadonlyMap<string, string>;
  /** Called as targets are done with. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Refreshes of a fleet that one of 25 s does not get through. */
const ROUNDS_MAX = 20;

/**
 * Probe a whole fleet by Rollcall's own loop, failures confirmed, until each target was seen. With no limit but this machine's: the
 * file's concurrency and budget are those of an invocation.
 *
 * @returns The report as `/health` tells it to holders of the token.
 */
export async function probeFleet(
  { config, unreachable, onProgress }: FleetProbe,
  { clock, network, stop }: Io,
): Promise<HealthDocument> {
  const { registry } = config;
  const { concurrency, probesPerInvocation } = DEFAULT_KNOBS.deno;
  const asked = targetsOf(registry).filter(({ upstream }) => !unreachable.has(upstream.name));
  const pending: Promise<void>[] = [];
  const done = new Set<string>();
  const refresher = createRefresher({
    fleets: fixedFleet(registry),
    knobs: { ...config.knobs, concurrency, probesPerInvocation },
    prober: watched(createProber({ clock, network }), unreachable, (key) => {
      onProgress(done.add(key).size, asked.length);
    }),
    store: createMemoryStore(),
    clock,
  });
  const invocation = { place: "here", waitUntil: (refresh: Promise<void>) => void pending.push(refresh) };
  const load = refresher.begin(invocation);
  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
  let report = await load({ hops: HOPS_MAX });
  for (
    let round = 0;
    round < ROUNDS_MAX && !stop.aborted && (round === 0 || isUnsettled(report, unreachable));
    round++
  ) {
    // Several rounds ask those that were not answered for in time, and suspects; what is fresh is left alone.
    const refreshed = refresher.begin(invocation)({ accept: "fresh" }).then(() => Promise.all(pending.splice(0)));
    await Promise.race([refreshed, stopped]);
    report = await load({ hops: HOPS_MAX });
  }
  return healthDocument(prepareHealth(report, true), report);
}

function isUnsettled({ targets }: Report, unreachable: ReadonlyMap<string, string>): boolean {
  return targets.some(({ target, state }) =>
    !unreachable.has(target.upstream.name) && (state === undefined || state.isSuspect)
  );
}

/** Tells of each answer, and asks nobody who cannot be reached. */
function watched(prober: Prober, unreachable: ReadonlyMap<string, string>, onDone: (key: string) => void): Prober {
  return {
    begin(hops) {
      const session = prober.begin(hops);
      return {
        end: session.end,
        async probe(target, options) {
          const message = unreachable.get(target.upstream.name);
          if (message !== undefined) return { kind: "answered", status: "UNKNOWN", latencyMs: 0, message };
          const outcome = await session.probe(target, options);
          onDone(target.key);
          return outcome;
        },
      };
    },
  };
}
