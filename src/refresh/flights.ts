import type { Clock } from "../ports.ts";

/** One refresh under way, and when it last got anywhere. */
export interface Flight {
  /** Say that the refresh is alive: a probe was dispatched or ended. */
  touch(): void;
  /** One target is done, or was not attempted after all. */
  land(key: string): void;
  /** Something was learned that may satisfy waiters although nothing landed. */
  announce(): void;
}

/** Which targets are being probed in this isolate, so that a thousand readers cause one probe each. */
export interface Flights {
  /** The target is being probed by a refresh that still gets on. */
  has(key: string): boolean;
  /** Claim targets for a new refresh. */
  take(keys: readonly string[]): Flight;
  /** What is under way of these will not be learned: they may be claimed anew. */
  drop(keys: readonly string[]): void;
  /**
   * Wait until no target is both under way and wanted, or until `deadlineMs`, an epoch time.
   *
   * Each waiter races a timer of its own: the refresh belongs to another request, and may be cut off with it.
   *
   * @param isWanted Asked again as targets land; once it lets a target go, it is not asked about that one again.
   */
  settled(keys: readonly string[], isWanted: (key: string) => boolean, deadlineMs: number): Promise<void>;
}

/** Beyond the longest thing a living refresh waits for without a sign (a probe, a confirm pause), in milliseconds. */
const STALL_MARGIN_MS = 1_500;

/** Create the book of flights; `longestProbeMs` gives the longest probe timeout of the fleet. */
export function createFlights(clock: Clock, longestProbeMs: () => number): Flights {
  const flightOf = new Map<string, { progressAtMs: number }>();
  const waiters = new Set<() => void>();

  function has(key: string): boolean {
    const flight = flightOf.get(key);
    return flight !== undefined && clock.nowMs() - flight.progressAtMs < longestProbeMs() + STALL_MARGIN_MS;
  }

  function announce(): void {
    for (const look of waiters) look();
  }

  function take(keys: readonly string[]): Flight {
    const flight = { progressAtMs: clock.nowMs() };
    for (const key of keys) flightOf.set(key, flight);
    return {
      touch: () => void (flight.progressAtMs = clock.nowMs()),
      land: (key) => {
        if (flightOf.get(key) === flight) flightOf.delete(key);
        announce();
      },
      announce,
    };
  }

  async function settled(
    keys: readonly string[],
    isWanted: (key: string) => boolean,
    deadlineMs: number,
  ): Promise<void> {
    const waiting = keys.filter((key) => has(key) && isWanted(key));
    const leftMs = deadlineMs - clock.nowMs();
    if (waiting.length === 0 || leftMs <= 0) return;
    // Each waiter's promise is its own: workerd runs what follows a promise in the request that made it, or nowhere.
    const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
    const look = () => {
      // From the end, and no further than the first that is still missing: a thousand waiters look at every landing.
      for (let key = waiting.at(-1); key !== undefined; key = waiting.at(-1)) {
        if (has(key) && isWanted(key)) return;
        waiting.pop();
      }
      wake();
    };
    waiters.add(look);
    const disarm = clock.after(leftMs, wake);
    await woken;
    disarm();
    waiters.delete(look);
  }

  return { has, take, drop: (keys) => keys.forEach((key) => flightOf.delete(key)), settled };
}
