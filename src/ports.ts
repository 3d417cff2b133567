import type { ProbeOutcome } from "./core/observation.ts";
import type { Target } from "./core/registry.ts";
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

/** A way of asking one target once. */
export interface Prober {
  /**
   * Ask `target` and say what was seen. Never rejects, reads a bounded amount, and leaves nothing open.
   *
   * @param options.timeoutMs Sent to the upstream as its deadline; the caller's pool enforces it through `signal`.
   * @param options.signal Aborts the probe; what is returned after that is not read.
   */
  probe(target: Target, options: ProbeOptions): Promise<ProbeOutcome>;
}

export interface ProbeOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Keeps one snapshot across invocations. Rejects only when the place behind it fails. */
export interface SnapshotStore {
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
