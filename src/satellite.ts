import type { PushConfig } from "./config/push.ts";
import { createBackoff } from "./core/backoff.ts";
import type { Load, Report } from "./core/report.ts";
import type { Clock } from "./ports.ts";
import { push } from "./satellite/push.ts";
import { reportMessage } from "./satellite/report-message.ts";

/** What a satellite works with. */
export interface SatelliteOptions {
  readonly config: PushConfig;
  /** Gives each push a load of its own, as a request has one. */
  readonly begin: () => Load;
  /** Resolves when a status turned, or when `signal` aborts. */
  readonly changed: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: (entry: PushLog) => void;
  /** Default the platform's. */
  readonly fetch?: typeof fetch;
  /** 0..1, uniform; default `Math.random`. */
  readonly random?: () => number;
}

/** Pushes are accepted, or not any more, or for another reason; told on change only. */
export interface PushLog {
  readonly event: "push";
  readonly as: string;
  readonly state: "accepted" | "failing";
  /** Without an address. */
  readonly error?: string;
}

/** A fleet that flaps is pushed no more often than this, in milliseconds. */
export const PUSH_SPACING_MS = 1_000;

/**
 * Push what this Rollcall sees to another, until `stop` aborts: each report in which something turned, and one at least each
 * `everyMs`; each the newest there is, and never two at a time. Never rejects.
 *
 * Who stops says nothing of its fleet, which may be well: what it told last holds for its time, and is UNKNOWN from then on.
 * The same holds for one whose registry has errors.
 */
export async function pushReports(options: SatelliteOptions, stop: AbortSignal): Promise<void> {
  const { config, begin, changed, clock, random = Math.random } = options;
  const backoff = createBackoff(random);
  const tell = createTeller(options);
  let told: Told | undefined;

  /** When the next push is due, in milliseconds from now, and whether news may come before. */
  async function pushNews(): Promise<{ readonly waitMs: number; readonly isHeeding: boolean }> {
    const report = await begin()({ accept: "fresh" });
    const isTold = told?.names === report.names && clock.nowMs() < told.atMs + config.everyMs;
    // Who is about to stop, or does not know its fleet, has nothing to say of it.
    const isSilent = stop.aborted || report.isLeaving || report.isRegistryInvalid;
    if (!isSilent && !isTold) {
      const error = await pushOne(report, options, stop);
      if (!stop.aborted) tell(error);
      if (error !== undefined) return { waitMs: Math.min(backoff.nextMs(), config.everyMs), isHeeding: false };
      backoff.reset();
      told = { names: report.names, atMs: clock.nowMs() };
    }
    const nowMs = clock.nowMs();
    const dueAtMs = (told?.atMs ?? nowMs) + config.everyMs;
    // What turns by itself, as a window of maintenance begins or what was told ends, nobody tells.
    const turnsAtMs = report.turnsAtMs > nowMs ? report.turnsAtMs : Infinity;
    return { waitMs: Math.max(0, Math.min(dueAtMs, turnsAtMs) - nowMs), isHeeding: true };
  }

  while (!stop.aborted) {
    const turn = new AbortController();
    const signal = AbortSignal.any([stop, turn.signal]);
    // Listened for from before the report is made, so that nothing that turns meanwhile waits for the next one.
    const news = changed(signal);
    const { waitMs, isHeeding } = await pushNews();
    const spacingMs = Math.min(PUSH_SPACING_MS, config.everyMs);
    await clock.sleep(isHeeding ? spacingMs : waitMs, stop);
    if (isHeeding) await Promise.race([news, clock.sleep(Math.max(0, waitMs - spacingMs), signal)]);
    turn.abort();
  }
}

/** What was pushed last, by the identity of its names, and when. */
interface Told {
  readonly names: Report["names"];
  readonly atMs: number;
}

function pushOne(report: Report, options: SatelliteOptions, stop: AbortSignal): Promise<string | undefined> {
  const { config, clock, fetch = globalThis.fetch } = options;
  return push(reportMessage(report, config.name), { config, clock, fetch, stop });
}

function createTeller({ config, log }: SatelliteOptions): (error: string | undefined) => void {
  let told: { readonly error: string | undefined } | undefined;
  return (error) => {
    const state = error === undefined ? "accepted" : "failing";
    if (told === undefined || error !== told.error) {
      log({ event: "push", as: config.name, state, ...(error !== undefined && { error }) });
    }
    told = { error };
  };
}
