import type { NotAttempted, ProbeOutcome } from "../core/observation.ts";
import type { Target, ToldProtocol } from "../core/registry.ts";
import { decodeTold, observationOf, TOLD_PREFIXES, toldKey } from "../core/told.ts";
import type { Authority, Clock, WrittenRecord } from "../ports.ts";

/** What a reader of told statuses works with. */
export interface ToldReaderOptions {
  readonly clock: Clock;
  readonly authority: Authority | undefined;
  readonly log: (entry: ToldLog) => void;
}

/** The authority fails, or does so no more, or there is none although somebody tells; told on change only. */
export interface ToldLog {
  readonly event: "authority";
  readonly state: "failing" | "back" | "missing";
  readonly error?: string;
}

/**
 * Learn what an upstream told of itself. Never rejects.
 *
 * An authority that is not there, or does not answer in time, says nothing of the upstream: what was told before holds for
 * as long as it was told to, or until it expires as any state does.
 */
export type ReadTold = (target: Target, protocol: ToldProtocol, timeoutMs: number) => Promise<ProbeOutcome>;

/** Create the reader; what it gives is for one refresh, which reads the authority once for each protocol at most. */
export function createToldReader({ clock, authority, log }: ToldReaderOptions): () => ReadTold {
  let isFailing = false;
  let isMissing = false;

  function note(error: unknown): undefined {
    if (!isFailing) log({ event: "authority", state: "failing", error: String(error) });
    isFailing = true;
  }

  function noteMissing(): NotAttempted {
    if (!isMissing) log({ event: "authority", state: "missing", error: NO_AUTHORITY.message });
    isMissing = true;
    return NO_AUTHORITY;
  }

  async function readRecords(protocol: ToldProtocol, from: Authority, timeoutMs: number): Promise<Records | undefined> {
    const late = Promise.withResolvers<never>();
    const disarm = clock.after(timeoutMs, () => late.reject(`no answer within ${timeoutMs} ms`));
    try {
      const records = await Promise.race([from.list(TOLD_PREFIXES[protocol]), late.promise]);
      if (isFailing) log({ event: "authority", state: "back" });
      isFailing = false;
      return records;
    } catch (error) {
      return note(error);
    } finally {
      disarm();
    }
  }

  return () => {
    const readings = new Map<ToldProtocol, ReadingOfAll>();
    return async (target, protocol, timeoutMs) => {
      if (authority === undefined) return noteMissing();
      const reading = readings.get(protocol) ??
        { startedMs: clock.nowMs(), records: readRecords(protocol, authority, timeoutMs) };
      readings.set(protocol, reading);
      const records = await reading.records;
      if (records === undefined) return UNREACHABLE;
      const text = records.get(toldKey(target))?.value;
      const nowMs = clock.nowMs();
      // Not before the next millisecond, so that what was written here in the one in which the reading began counts as newer.
      const latencyMs = Math.max(1, nowMs - reading.startedMs);
      return observationOf(text === undefined ? undefined : decodeTold(text), { nowMs, latencyMs });
    };
  };
}

type Records = ReadonlyMap<string, WrittenRecord>;

interface ReadingOfAll {
  readonly startedMs: number;
  readonly records: Promise<Records | undefined>;
}

const NO_AUTHORITY: NotAttempted = {
  kind: "not-attempted",
  message: "nothing can be told here: set PUSH_TOKEN and, on Workers, bind AUTHORITY to the Durable Object",
};

const UNREACHABLE: NotAttempted = { kind: "not-attempted", message: "the authority did not answer" };
