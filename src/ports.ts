import type { Observation, ProbeOutcome } from "./core/observation.ts";
import type { Known } from "./core/known.ts";
import type { Target } from "./core/registry.ts";
import type { StoreKind } from "./core/report.ts";
import type { Snapshot } from "./core/snapshot.ts";

/** The only source of time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Calls `wake` after `ms` milliseconds, unless what it returns is called before. */
  after(ms: number, wake: () => void): () => void;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts; never rejects, and leaves no timer behind. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What asks targets. */
export interface Prober {
  /**
   * Begin a refresh: its probes share what connections they can, and where the platform allows the next refresh has them
   * still.
   *
   * @param hops How many Rollcalls already asked each other for this refresh to happen; 0 when none did.
   */
  begin(hops: number): ProbeSession;
}

/** The probes of one refresh. */
export interface ProbeSession {
  /**
   * Ask `target` and say what was seen. Never rejects, reads a bounded amount, and leaves nothing open but connections
   * that the session shares.
   */
  probe(target: Target, options: ProbeOptions): Promise<ProbeOutcome>;
  /** No more probes follow: what only this refresh may use is closed. */
  end(): void;
}

export interface ProbeOptions {
  /** Sent to the upstream as its deadline; the caller's pool enforces it through `signal`. */
  readonly timeoutMs: number;
  /** Aborts the probe; what is returned after that is not read. */
  readonly signal: AbortSignal;
  /**
   * Which probe of its inquiry this is, from 0. One that follows a failure or a silence, of this refresh or the last, shares
   * no connection with those before it, where the platform lets us choose: that may be what is broken.
   */
  readonly attempt: number;
  /** What earlier refreshes learned of how to ask. */
  readonly known: Known;
  /** Pays for one more request than the probe's first; false when none may be spent. */
  readonly pay: () => boolean;
}

/** What keeps Watch streams. */
export interface Watcher {
  /**
   * Follow `target` by one Watch stream until it ends, or until the signal aborts.
   *
   * It has no deadline. Never rejects, bounds each message, and leaves nothing open.
   */
  watch(target: Target, options: WatchOptions): Promise<WatchEnd>;
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Gets the status that a message tells, as it comes; of messages that come together, the last. */
  readonly onStatus: (status: WatchedStatus) => void;
}

/** What a message of a Watch stream says; nobody asked, so there is no latency. */
export type WatchedStatus = Omit<Extract<Observation, { kind: "answered" }>, "latencyMs">;

/** How a Watch stream came to its end: the upstream has no Watch, or anything else. */
export type WatchEnd = "unimplemented" | "ended";

/** Keeps one snapshot across invocations. Rejects only when the place behind it fails. */
export interface SnapshotStore {
  /** What keeps it, for the operator to see; undefined tells nothing. */
  readonly kind?: StoreKind;
  /** The stored snapshot; undefined when there is none, or one this version cannot read. */
  read(): Promise<Snapshot | undefined>;
  /**
   * Read, let `decide` choose, store what it returned. Atomic where the place can compare and set; `decide` may then run
   * more than once and must be pure.
   *
   * @param decide Gets what is stored now; undefined from it stores nothing.
   * @returns What `decide` returned last.
   */
  update(decide: (stored: Snapshot | undefined) => Snapshot | undefined): Promise<Snapshot | undefined>;
}
