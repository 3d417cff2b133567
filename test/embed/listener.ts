import type { ServerHealth } from "../../src/embed.ts";
import type { TestClock } from "../support/test-clock.ts";

/** One who watches a name, and what was told so far. */
export interface Listener {
  /** What was told since the last time this was asked, time standing still. */
  heard(): Promise<readonly string[]>;
  /** What is told while `ms` pass. */
  during(ms: number): Promise<readonly string[]>;
  /** Stop watching, as a client that goes away does; resolves when the Watch has ended. */
  leave(): Promise<void>;
  /** Resolves when the Watch ends by itself. */
  readonly ended: Promise<void>;
}

/** Watch a name from now on, reading as fast as it tells. */
export function listen(health: ServerHealth, clock: TestClock, service = ""): Listener {
  const gone = new AbortController();
  const told: string[] = [];
  const ended = (async () => {
    for await (const status of health.watch(service, { signal: gone.signal })) told.push(status);
  })();
  const during = async (ms: number) => {
    await clock.advance(ms);
    return told.splice(0);
  };
  return {
    heard: () => during(0),
    during,
    ended,
    async leave() {
      gone.abort();
      await ended;
    },
  };
}
