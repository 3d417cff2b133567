import { systemClock } from "../../src/clock.ts";
import { NOTHING_KNOWN } from "../../src/core/known.ts";
import type { ProbeOutcome } from "../../src/core/observation.ts";
import type { Target } from "../../src/core/registry.ts";
import type { Clock, ProbeOptions, Prober } from "../../src/ports.ts";
import { createDenoNetwork } from "../../src/probe/network/deno.ts";
import { createProber } from "../../src/probe/prober.ts";

/** What a test's prober may have of its own. */
export interface TestProberOptions {
  readonly fetch?: typeof fetch;
  readonly nowMs?: () => number;
}

/** Options of a probe, as far as a test cares. */
export type TestProbeOptions = Partial<ProbeOptions> & Pick<ProbeOptions, "timeoutMs" | "signal">;

/** The real prober of Deno, for one probe at a time. */
export interface TestProber {
  probe(target: Target, options: TestProbeOptions): Promise<ProbeOutcome>;
}

/** Create it; each probe is a session of its own, and may spend what it likes. */
export function createTestProber(options: TestProberOptions = {}): TestProber {
  const prober = createOwnProber(options);
  return {
    async probe(target, options) {
      const session = prober.begin(0);
      try {
        return await session.probe(target, { attempt: 0, known: NOTHING_KNOWN, pay: () => true, ...options });
      } finally {
        session.end();
      }
    },
  };
}

/** The real prober of Deno, which keeps no connection beyond a session, with a fetch or a clock of one's own. */
export function createOwnProber({ fetch, nowMs = systemClock.nowMs }: TestProberOptions = {}): Prober {
  const own = createDenoNetwork();
  const network = { ...own, keepsConnections: false, ...(fetch && { fetchFor: () => fetch }) };
  const clock: Clock = { ...systemClock, nowMs };
  const prober = createProber({ clock, network });
  return {
    begin(hops) {
      const session = prober.begin(hops);
      const end = () => {
        session.end();
        own.close();
      };
      return { ...session, end };
    },
  };
}
