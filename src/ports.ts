import type { Fleet } from "./core/fleet.ts";
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

/** The fleet as it is now; it may change at run time. */
export interface FleetSource {
  /** The same object while nothing of it changes. */
  current(): Fleet;
  /**
   * Whether `current` may be built on: `fresh`, `stale` (it may have changed meanwhile), or `overdue`, when what was written
   * at run time was read long ago, or never.
   */
  age(): FleetAge;
  /** Look whether it changed. Never rejects, and takes a second at most. */
  renew(): Promise<void>;
}

export type FleetAge = "fresh" | "stale" | "overdue";

/** What keeps that which is written at run time. */
export type AuthorityKind = "memory" | "durable-object" | "deno-kv";

/**
 * Keeps what is written at run time, as records, each under a key of its own: `fleet/registry`, `fleet/maintenance`,
 * `status/<target key>`, `satellite/<upstream>`. Rejects only when the place behind it fails, or a record is too long: 1 500
 * bytes of key, 1 MiB of value.
 */
export interface Authority {
  readonly kind: AuthorityKind;
  /** All records whose key begins with `prefix`; every write acknowledged before, wherever, is among them. */
  list(prefix: string): Promise<ReadonlyMap<string, WrittenRecord>>;
  /** The records whose key begins with {@link COPIED_PREFIX}, from the copy nearest to the reader: cheap, and perhaps late. */
  recall(): Promise<ReadonlyMap<string, WrittenRecord>>;
  /**
   * Put `value` under `key`; undefined removes what is there. All of it or nothing, and kept once this resolves.
   *
   * @param expected Write only if the record is of this version; 0: only if there is none; default: whatever is there.
   * @returns The record's version from now on, one more than before, or the same where there was nothing to remove;
   * undefined when it was not of the expected one, and nothing has changed.
   */
  put(key: string, value: string | undefined, expected?: number): Promise<number | undefined>;
}

/** One record of an authority. */
export interface WrittenRecord {
  /** 1 for the first value under a key, and one more for each that takes its place, removals counted. */
  readonly version: number;
  readonly value: string;
}

/** Of records under these keys, which change seldom and which every reader needs, there is a copy near each reader. */
export const COPIED_PREFIX = "fleet/";
