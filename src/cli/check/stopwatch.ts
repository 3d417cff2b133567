import type { Clock } from "../../ports.ts";
import type { CheckEvents } from "./checked.ts";

/** Keeps the two times of a check: until the server is connected, once, and of each call. */
export interface Stopwatch {
  /** Begin a check, which connects first unless that was done before. The signal aborts when its time has run out. */
  begin(connectWithinMs: number): AbortSignal;
  /** The server is connected: from now on it is the call's time. Said again, as of a connection to negotiate, it counts for nothing. */
  connected(): void;
  /** From the start of all, in milliseconds; undefined until the server is connected. */
  connectMs(): number | undefined;
  /** Of the call under way, in milliseconds. */
  rpcMs(): number;
  hasRunOut(): boolean;
  end(): void;
}

/** Create it, and start to count. */
export function createStopwatch(clock: Clock, rpcTimeoutMs: number, onConnected: CheckEvents["connected"]): Stopwatch {
  const startedMs = clock.nowMs();
  let rpcStartedMs = startedMs;
  let connectMs: number | undefined;
  let time = new AbortController();
  let disarm = () => {};

  function arm(ms: number): void {
    disarm();
    const armed = time;
    disarm = clock.after(ms, () => armed.abort());
  }

  return {
    begin(connectWithinMs) {
      time = new AbortController();
      rpcStartedMs = clock.nowMs();
      arm(connectMs === undefined ? connectWithinMs : rpcTimeoutMs);
      return time.signal;
    },
    connected() {
      if (connectMs !== undefined) return;
      arm(rpcTimeoutMs);
      rpcStartedMs = clock.nowMs();
      connectMs = rpcStartedMs - startedMs;
      onConnected(connectMs);
    },
    connectMs: () => connectMs,
    rpcMs: () => clock.nowMs() - rpcStartedMs,
    hasRunOut: () => time.signal.aborted,
    end: () => disarm(),
  };
}
