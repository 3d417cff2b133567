import type { Scene } from "./scene.ts";

/** A program by other hands that asks Rollcall: what it is, how to have it, and what it is used for. */
export interface Consumer {
  readonly name: string;
  /** As pinned in this repository, or as installed where Debian brings it. */
  readonly version: string;
  /** Fetch and build what it needs. Rejects with the reason when it cannot be had on this machine. */
  prepare(): Promise<void>;
  /** At least one, in the order of the table. */
  readonly uses: readonly Use[];
}

/** One way to use a consumer. */
export interface Use {
  /** What is run, as a reader would run it; unique among all uses. */
  readonly what: string;
  /** Which Rollcall is asked. */
  readonly of: "Deno" | "workerd";
  /** What it must make of a fleet that serves. */
  readonly up: string;
  /** What it must make of the fleet while `checkout` says NOT_SERVING. */
  readonly down: string;
  /** Begin to use it, once for all phases. */
  begin(scene: Scene): Promise<Using>;
}

/** A use under way. */
export interface Using {
  /** What it makes of the fleet now, in one line. */
  see(): Promise<string>;
  /** Default: nothing is left to end. */
  readonly end?: () => Promise<void>;
}
