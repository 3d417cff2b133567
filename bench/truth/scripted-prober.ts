import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Clock, Prober } from "../../src/ports.ts";
import type { Ask, Fate } from "./network.ts";

/** What a prober stands in for: the way from one place to all upstreams. */
export interface ScriptedProberOptions {
  readonly ask: Ask;
  readonly clock: Clock;
  /** Index of the place it asks from. */
  readonly place: number;
  /** Index of the upstream with this name. */
  readonly indexOf: (upstreamName: string) => number;
  /** Called as a probe leaves. */
  readonly onProbe: () => void;
  /** Called when something was learned of an upstream by a probe sent at `sentMs`: an answer, or that there is none. */
  readonly onSeen: (upstream: number, sentMs: number) => void;
}

/** A prober over the scripted world: the only part of the real loop that is not real. Silence lasts until it is aborted. */
export function createScriptedProber(options: ScriptedProberOptions): Prober {
  const { ask, clock, place, indexOf, onProbe, onSeen } = options;
  const session = {
    probe: ({ upstream }: { upstream: { name: string } }, { signal }: { signal: AbortSignal }) => {
      const index = indexOf(upstream.name);
      onProbe();
      const sentMs = clock.nowMs();
      const fate = ask(index, place, sentMs);
      return new Promise<ProbeOutcome>((resolve) => {
        if (fate.kind === "silence") {
          return signal.addEventListener("abort", () => onSeen(index, sentMs), { once: true });
        }
        clock.after(fate.latencyMs, () => {
          onSeen(index, sentMs);
          resolve(OUTCOME[fate.reply](fate.latencyMs));
        });
      });
    },
    end: () => {},
  };
  return { begin: () => session };
}

const OUTCOME = {
  serving: (latencyMs) => ({ kind: "answered", status: "SERVING", latencyMs }),
  "not-serving": (latencyMs) => ({ kind: "answered", status: "NOT_SERVING", latencyMs }),
  refused: (latencyMs) => ({ kind: "failed", failure: "unavailable", latencyMs }),
} as const satisfies Record<Extract<Fate, { kind: "reply" }>["reply"], (latencyMs: number) => ProbeOutcome>;
