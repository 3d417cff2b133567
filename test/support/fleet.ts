import { DEFAULT_KNOBS, type Knobs } from "../../src/core/knobs.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Group, Registry, Upstream } from "../../src/core/registry.ts";
import type { Snapshot, TargetState } from "../../src/core/snapshot.ts";
import type { Prober, ProbeSession } from "../../src/ports.ts";

/** An upstream with everything default but what the test says. */
export function upstream(name: string, overrides: Partial<Upstream> = {}): Upstream {
  const { ttlMs, probeTimeoutMs } = DEFAULT_KNOBS.workers;
  return {
    name,
    url: `https://${name}.example.com`,
    protocol: "grpc-web",
    codec: "proto",
    services: [""],
    timeoutMs: probeTimeoutMs,
    ttlMs,
    critical: true,
    headers: {},
    ...overrides,
  };
}

/** A registry of upstreams by name. */
export function fleet(names: readonly string[], groups: readonly Group[] = []): Registry {
  return { upstreams: names.map((name) => upstream(name)), groups };
}

/** Names `u0`, `u1`, … */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `u${index}`);
}

export const SERVING: Observation = { kind: "answered", status: "SERVING", latencyMs: 5 };
export const NOT_SERVING: Observation = { kind: "answered", status: "NOT_SERVING", latencyMs: 5 };
export const REFUSED: Observation = { kind: "failed", failure: "unavailable", message: "refused", latencyMs: 1 };

/** A state that rests on one observation, checked at `checkedAtMs`. */
export function state(checkedAtMs: number, overrides: Partial<TargetState> = {}): TargetState {
  return {
    status: "SERVING",
    sinceMs: checkedAtMs,
    checkedAtMs,
    place: "here",
    observation: SERVING,
    attempts: [SERVING],
    isSuspect: false,
    isDownByFailure: false,
    rises: 0,
    ...overrides,
  };
}

/** A snapshot of states by target key. */
export function snapshot(targets: Readonly<Record<string, TargetState>>): Snapshot {
  return { targets, storedAtMs: 0, writes: { day: 0, byWriter: {} } };
}

/** Knobs of Workers with some turned. */
export function knobs(overrides: Partial<Knobs> = {}): Knobs {
  return { ...DEFAULT_KNOBS.workers, ...overrides };
}

/** What an upstream does when it is asked: an outcome, or never an answer. */
export type Behaviour = Observation | "hang";

/** A prober over a table that a test may change; counts what it was asked. */
export interface ScriptedProber extends Prober {
  readonly probe: ProbeSession["probe"];
  readonly script: Map<string, Behaviour>;
  readonly asked: string[];
}

/** Create a prober that gives each target's scripted behaviour, SERVING where nothing is scripted. */
export function scriptedProber(script: Readonly<Record<string, Behaviour>> = {}): ScriptedProber {
  const behaviours = new Map(Object.entries(script));
  const asked: string[] = [];
  const probe: ProbeSession["probe"] = (target, { signal }) => {
    asked.push(target.key);
    const behaviour = behaviours.get(target.key) ?? SERVING;
    if (behaviour !== "hang") return Promise.resolve(behaviour);
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(REFUSED), { once: true }));
  };
  return { script: behaviours, asked, probe, ...proberOf(probe) };
}

/** A prober whose sessions all probe alike. */
export function proberOf(probe: ProbeSession["probe"]): Prober {
  return { begin: () => ({ probe, end: () => {} }) };
}
