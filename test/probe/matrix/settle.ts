import { systemClock } from "../../../src/clock.ts";
import { SUSPECT_RETRY_MS } from "../../../src/core/age.ts";
import { DEFAULT_KNOBS } from "../../../src/core/knobs.ts";
import type { Observation } from "../../../src/core/observation.ts";
import type { Registry } from "../../../src/core/registry.ts";
import { HOPS_MAX, type TargetReport } from "../../../src/core/report.ts";
import type { ServingStatus } from "../../../src/core/status.ts";
import type { Prober } from "../../../src/ports.ts";
import { fixedFleet } from "../../../src/refresh/fixed-fleet.ts";
import { createRefresher } from "../../../src/refresh.ts";
import { createMemoryStore } from "../../../src/store/memory.ts";

/** What is believed of an upstream once its refreshes agree, and on what it rests. */
export interface Settled {
  readonly status: ServingStatus;
  readonly observation: Observation;
  readonly attempts: readonly Observation[];
}

/**
 * Refresh a registry of upstreams of one service each by the real loop, and once more those that the first refresh could
 * not be sure of; the time in between is skipped.
 *
 * @returns By upstream name. Rejects when an upstream was not asked.
 */
export async function settle(registry: Registry, prober: Prober): Promise<Readonly<Record<string, Settled>>> {
  let skippedMs = 0;
  const pending: Promise<void>[] = [];
  const refresher = createRefresher({
    fleets: fixedFleet(registry),
    knobs: { ...DEFAULT_KNOBS.deno, staleMs: AGES_MS, expireMs: AGES_MS },
    prober,
    store: createMemoryStore(),
    clock: { ...systemClock, nowMs: () => systemClock.nowMs() + skippedMs },
  });
  const load = refresher.begin({ place: "here", waitUntil: (promise) => pending.push(promise) });
  await load();
  await Promise.all(pending);
  skippedMs = SUSPECT_RETRY_MS;
  await load();
  await Promise.all(pending);
  const { targets } = await load({ hops: HOPS_MAX });
  return Object.fromEntries(targets.map((report) => [report.target.upstream.name, settledOf(report)]));
}

/** Longer than any refresh; as an upstream's `ttlMs`, only suspects are asked again. */
export const AGES_MS = 3_600_000;

function settledOf({ target, status, state }: TargetReport): Settled {
  if (state === undefined) throw new Error(`Cannot tell of ${target.key}: it was not asked`);
  return { status, observation: state.observation, attempts: state.attempts };
}
