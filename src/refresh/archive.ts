import { MAX_CLOCK_SKEW_MS } from "../core/age.ts";
import type { Knobs } from "../core/knobs.ts";
import { mergeSnapshots } from "../core/merge.ts";
import { EMPTY_SNAPSHOT, type Snapshot } from "../core/snapshot.ts";
import { countWrite, mayWrite } from "../core/write-budget.ts";
import type { Clock, SnapshotStore } from "../ports.ts";

/** The store as the refresh loop uses it: bounded in time, never rejecting, written within its budget. */
export interface Archive {
  /** What is stored; undefined when there is nothing or the store fails. */
  read(): Promise<Snapshot | undefined>;
  /** Remember that something worth storing soon happened: a status changed here. */
  note(): void;
  /**
   * Store `mine` merged with what is there, if the write budget allows.
   *
   * @returns When the value was last stored and by whom, as far as was learned; undefined when nothing was.
   */
  keep(mine: Snapshot): Promise<StoreMark | undefined>;
  /** What readers are told of the store; the same array while nothing changes. */
  problems(): readonly string[];
  /** When a stored snapshot was last read here, in milliseconds since the Unix epoch; undefined when none was. */
  readAtMs(): number | undefined;
}

/** The part of a snapshot that tells of its storing, not of the fleet. */
export type StoreMark = Omit<Snapshot, "targets">;

/** A store that has not answered after this long, in milliseconds, counts as failing for this refresh. */
export const STORE_TIMEOUT_MS = 1_000;

/** Said in the report while the store fails. */
export const STORE_PROBLEM = "store unreachable: answers come from live probes and are not kept";

/** What an archive works with. */
export interface ArchiveOptions {
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly knobs: Pick<Knobs, "kvWriteEveryMs" | "kvWritesPerDay">;
  /** Targets that are still registered; the others are dropped when storing. */
  readonly isRegistered: (targetKey: string) => boolean;
}

/** Create the archive over a store. */
export function createArchive({ store, clock, knobs, isRegistered }: ArchiveOptions): Archive {
  const writer = crypto.randomUUID().slice(0, 8);
  let news = 0;
  let keptNews = 0;
  let busyUntilMs = 0;
  let problems: readonly string[] = NO_PROBLEMS;
  let readAtMs: number | undefined;

  async function read(): Promise<Snapshot | undefined> {
    return await attempt(async () => noteRead(await store.read()));
  }

  function noteRead(stored: Snapshot | undefined): Snapshot | undefined {
    if (stored !== undefined) readAtMs = clock.nowMs();
    return stored;
  }

  async function keep(mine: Snapshot): Promise<StoreMark | undefined> {
    const nowMs = clock.nowMs();
    const isDue = (known: Snapshot) => mayWrite({ stored: known, nowMs, isChanged: news !== keptNews, knobs });
    // Refreshes of one isolate may end together: one of them writes, the next has the others' news.
    if (nowMs < busyUntilMs || !isDue(mine)) return undefined;
    busyUntilMs = nowMs + STORE_TIMEOUT_MS;
    const toldNews = news;
    let known: StoreMark | undefined;
    const written = await attempt(() =>
      store.update((stored) => {
        // What is read may lag behind even our own last write, so that one is merged in before the budget is asked.
        const merged = mergeSnapshots(noteRead(stored) ?? EMPTY_SNAPSHOT, mine);
        known = merged;
        return isDue(merged) ? countWrite(relevant(merged, nowMs), { writer, nowMs }) : undefined;
      })
    );
    busyUntilMs = 0;
    if (written !== undefined) keptNews = toldNews;
    const mark = written ?? known;
    if (mark === undefined) return undefined;
    const { storedAtMs, writes, scheduledAtMs } = mark;
    return { storedAtMs, writes, ...(scheduledAtMs !== undefined && { scheduledAtMs }) };
  }

  /** Without targets no longer registered, and without states that only a broken clock can have dated. */
  function relevant(snapshot: Snapshot, nowMs: number): Snapshot {
    const targets = Object.entries(snapshot.targets)
      .filter(([key, state]) => isRegistered(key) && state.checkedAtMs <= nowMs + MAX_CLOCK_SKEW_MS);
    return { ...snapshot, targets: Object.fromEntries(targets) };
  }

  async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<typeof LATE>();
    const disarm = clock.after(STORE_TIMEOUT_MS, () => resolve(LATE));
    try {
      const result = await Promise.race([action(), late]);
      problems = result === LATE ? FAILING : NO_PROBLEMS;
      return result === LATE ? undefined : result;
    } catch {
      problems = FAILING;
      return undefined;
    } finally {
      disarm();
    }
  }

  return { read, keep, note: () => void news++, problems: () => problems, readAtMs: () => readAtMs };
}

const LATE: unique symbol = Symbol("late");
const NO_PROBLEMS: readonly string[] = [];
const FAILING: readonly string[] = [STORE_PROBLEM];
