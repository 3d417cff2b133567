import { DEFAULT_KNOBS, type Knobs, type Platform } from "../../src/core/knobs.ts";

/** How Rollcall is run, and who reads it. */
export interface Deployment {
  readonly platform: Platform;
  /** Isolates that share one store, each at a place of its own. */
  readonly isolates: number;
  /** A refresh that nobody asks for: how often, in milliseconds; undefined is never. */
  readonly cronEveryMs: number | undefined;
  /** Upstreams of one fleet; a world of more is watched by several fleets that know nothing of each other. */
  readonly fleetSize: number;
  /** `CANARY_URL` is set. */
  readonly hasCanary: boolean;
}

/** One process watches all 200; its own timer, which runs every 20 s by default, is off. */
export const DENO: Deployment = {
  platform: "deno",
  isolates: 1,
  cronEveryMs: undefined,
  fleetSize: 200,
  hasCanary: false,
};

/** Fleets of 20, which leave the free plan's budget room to confirm; the cron's least interval is a minute. */
export const WORKERS: Deployment = {
  platform: "workers",
  isolates: 8,
  cronEveryMs: 60_000,
  fleetSize: 20,
  hasCanary: false,
};

/** A deployment in the words of the table. */
export function nameOf({ platform, isolates, cronEveryMs, hasCanary }: Deployment): string {
  const where = platform === "deno" ? "Deno" : `Workers × ${isolates}`;
  const cron = cronEveryMs === undefined ? "" : `, every ${cronEveryMs / 1_000} s`;
  return `Rollcall, ${where}${cron}${hasCanary ? ", canary" : ""}`;
}

/** The knobs it runs with: the defaults, for they are what is judged. */
export function knobsOf({ platform }: Deployment): Knobs {
  return DEFAULT_KNOBS[platform];
}
