import type { Clock, WrittenRecord } from "../ports.ts";
import type { KvNamespace } from "./workers-kv.ts";

/** Keeps the read copy of an authority's records in Workers KV, all in one value: a thousand writes a day are free. */
export interface ReadCopy {
  /** The records have changed: have `write` called soon. */
  due(): void;
  /** A reader found no copy: the same, but at most once in {@link REWRITE_AFTER_MS}, for KV may know of none for a minute. */
  missed(): void;
  /** Write what the records are now, unless KV has it. Never rejects: where KV fails it has itself called again. One at a time. */
  write(): Promise<void>;
}

/** What a copy needs of the object whose records it holds. */
export interface ReadCopyOptions {
  readonly kv: KvNamespace;
  readonly clock: Clock;
  readonly records: () => ReadonlyMap<string, WrittenRecord>;
  /** Have `write` called at this time, instead of at any set before; kept through a crash. */
  readonly wakeAt: (atMs: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Create what keeps the copy. Until its first `write` it takes the copy for outdated: who lived before may not have come to it. */
export function createReadCopy({ kv, clock, records, wakeAt, onError }: ReadCopyOptions): ReadCopy {
  let isOutdated = true;
  let triedAtMs = -Infinity;

  const due = () => {
    isOutdated = true;
    wakeAt(clock.nowMs());
  };

  async function write(): Promise<void> {
    await clock.sleep(Math.max(0, triedAtMs + WRITE_SPACING_MS - clock.nowMs()));
    if (!isOutdated) return;
    isOutdated = false;
    try {
      // Without a deadline: one that was given up might yet arrive, after a newer one.
      await kv.put(KEY, JSON.stringify([...records()]));
    } catch (error) {
      isOutdated = true;
      wakeAt(clock.nowMs() + RETRY_AFTER_MS);
      onError(error);
    }
    triedAtMs = clock.nowMs();
  }

  return {
    due,
    missed: () => {
      if (clock.nowMs() - triedAtMs >= REWRITE_AFTER_MS) due();
    },
    write,
  };
}

/** The records in the copy; undefined when there is none that can be read. Rejects when KV does. */
export async function readCopy(kv: KvNamespace): Promise<ReadonlyMap<string, WrittenRecord> | undefined> {
  const text = await kv.get(KEY, { type: "text", cacheTtl: CACHE_TTL_SECONDS });
  return text === null ? undefined : decode(text);
}

const KEY = "fleet";

// KV takes one write a second to a key. https://developers.cloudflare.com/kv/platform/limits/
const WRITE_SPACING_MS = 1_000;

/** After a failure: soon enough for a blip, and 2 880 rows where KV is down, or its writes spent, for a whole day. */
const RETRY_AFTER_MS = 30_000;

/** A copy that was lost is rare, one that a location has not seen yet is not. */
const REWRITE_AFTER_MS = 600_000;

// The least the platform takes. https://developers.cloudflare.com/changelog/2026-01-30-kv-reduced-minimum-cachettl/
const CACHE_TTL_SECONDS = 30;

function decode(text: string): ReadonlyMap<string, WrittenRecord> | undefined {
  const entries = parseJson(text);
  return Array.isArray(entries) && entries.every(isEntry) ? new Map(entries) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEntry(entry: unknown): entry is readonly [string, WrittenRecord] {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  const [key, record]: unknown[] = entry;
  if (typeof key !== "string" || typeof record !== "object" || record === null) return false;
  const { version, value }: Partial<Record<keyof WrittenRecord, unknown>> = record;
  return Number.isSafeInteger(version) && typeof value === "string";
}
