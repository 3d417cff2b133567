import type { Snapshot } from "../../src/core/snapshot.ts";
import type { SnapshotStore } from "../../src/ports.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** Workers KV as the platform describes it, holding one key. https://developers.cloudflare.com/kv/concepts/how-kv-works/ */
export interface LaggingKv {
  /** The store as one place sees it. */
  at(place: number): SnapshotStore;
  /** Writes so far: the ones taken, and the ones refused for coming within a second of the last. */
  readonly writes: { taken: number; refused: number };
}

/** A write is seen elsewhere within this time, in milliseconds; where it was made, at once. */
const LAG_MAX_MS = 60_000;

/** A place answers from its cache for this long, in milliseconds; `src/store/workers-kv.ts` asks for the least there is. */
const CACHE_MS = 30_000;

/** KV takes one write a second to a key. */
const WRITE_EVERY_MS = 1_000;

/** Times of one read and one write, in milliseconds: the least, and what chance adds. */
const READ_MS = { least: 5, more: 30 };
const WRITE_MS = { least: 50, more: 200 };

/** Create an empty KV. */
export function createLaggingKv(clock: VirtualClock, random: () => number): LaggingKv {
  const writes = { taken: 0, refused: 0 };
  let versions: Version[] = [];
  let lastWriteMs = -Infinity;
  const caches = new Map<number, { readonly version: Version | undefined; readonly untilMs: number }>();

  const take = (ms: { least: number; more: number }) => clock.sleep(Math.ceil(ms.least + ms.more * random()));

  async function read(place: number): Promise<Snapshot | undefined> {
    await take(READ_MS);
    const nowMs = clock.nowMs();
    const cached = caches.get(place);
    if (cached !== undefined && nowMs < cached.untilMs) return cached.version?.snapshot;
    const version = versions.findLast((version) =>
      version.place === place || version.writtenAtMs + version.lagMs <= nowMs
    );
    caches.set(place, { version, untilMs: nowMs + CACHE_MS });
    return version?.snapshot;
  }

  async function write(place: number, snapshot: Snapshot): Promise<void> {
    await take(WRITE_MS);
    const writtenAtMs = clock.nowMs();
    if (writtenAtMs - lastWriteMs < WRITE_EVERY_MS) {
      writes.refused++;
      throw new Error("KV PUT failed: 429 Too Many Requests");
    }
    lastWriteMs = writtenAtMs;
    writes.taken++;
    const lagMs = LAG_MAX_MS * random();
    // All that somebody may still read: what came within the lag, and the one before.
    const settled = versions.findLastIndex((version) => version.writtenAtMs + LAG_MAX_MS <= writtenAtMs);
    versions = [...versions.slice(Math.max(0, settled)), { snapshot, place, writtenAtMs, lagMs }];
  }

  const at = (place: number): SnapshotStore => ({
    kind: "workers-kv",
    read: () => read(place),
    async update(decide) {
      const decided = decide(await read(place));
      if (decided !== undefined) await write(place, decided);
      return decided;
    },
  });
  return { at, writes };
}

interface Version {
  readonly snapshot: Snapshot;
  readonly place: number;
  readonly writtenAtMs: number;
  readonly lagMs: number;
}
