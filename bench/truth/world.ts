import type { Behaviour, Life } from "./truth.ts";

/** What is the case, minute by minute, whoever looks. */
export interface World {
  readonly startMs: number;
  readonly endMs: number;
  /** One per upstream. */
  readonly lives: readonly Life[];
  readonly network: NetworkQuality;
}

/** The way between whoever asks and the upstreams. */
export interface NetworkQuality {
  /** Share of probes that never come back, each by itself, 0..1. */
  readonly lossShare: number;
  /** Share of answers that take half a second to four. */
  readonly tailShare: number;
  /** Times at which one place reaches nothing at all. */
  readonly blackouts: readonly Blackout[];
}

/** The network of one place fails. */
export interface Blackout {
  /** Index of the place. */
  readonly place: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** One world of those that are simulated. */
export interface WorldPlan {
  readonly name: string;
  /** One sentence for the reader of the table. */
  readonly story: string;
  readonly network: Omit<NetworkQuality, "blackouts">;
  /** What befalls each upstream; default nothing. */
  readonly incidents?: IncidentPlan;
  /** How many times a day the network of the first place fails, and for how long. */
  readonly blackouts?: { readonly times: number; readonly minutes: number };
}

/** Draws one upstream's incidents. */
export type IncidentPlan = (options: PlanOptions) => readonly IncidentDraft[];

/** What a plan draws from. */
export interface PlanOptions {
  /** Index of the upstream. */
  readonly upstream: number;
  /** Times are milliseconds from the day's begin. */
  readonly dayMs: number;
  readonly random: () => number;
}

/** An incident, its times counted from the day's begin; drafts come in any order, and one that overlaps another is dropped. */
export interface IncidentDraft {
  readonly fromMs: number;
  readonly steps: readonly { readonly behaviour: Exclude<Behaviour, "serving">; readonly ms: number }[];
  /** Least time until the next one begins, in milliseconds; default long enough for every reader to have seen the end. */
  readonly peaceMs?: number;
}
