import type { SnapshotStore } from "../ports.ts";
import { decodeSnapshot, encodeSnapshot } from "./encoding.ts";
import { RETENTION_MS } from "./retention.ts";

/** What the store needs of a Workers KV binding. https://developers.cloudflare.com/kv/api/ */
export interface KvNamespace {
  /** @param options.cacheTtl Seconds for which this location may answer from its cache. */
  get(key: string, options: { readonly type: "text"; readonly cacheTtl: number }): Promise<string | null>;
  /** @param options.expirationTtl Seconds until the value goes; default: it stays. */
  put(key: string, value: string, options?: { readonly expirationTtl: number }): Promise<void>;
}

/**
 * A store in Workers KV, shared by all locations. It holds the whole fleet under the one key `snapshot`, for a write
 * costs the same however much it carries, and a thousand a day are free.
 *
 * KV is eventually consistent, misses included: a read may lag a minute or more behind a write made elsewhere, and
 * `update` is a read, then a write, with nothing to hold the two together. So two locations may each overwrite what the
 * other has just written. `decide` has to merge what it knows with what it is given; then a lost write comes back with
 * its writer's next one, and nothing newer is lost for good.
 */
export function createWorkersKvStore(kv: KvNamespace): SnapshotStore {
  const read = async () => {
    const text = await kv.get(KEY, { type: "text", cacheTtl: CACHE_TTL_SECONDS });
    return text === null ? undefined : decodeSnapshot(text);
  };
  return {
    kind: "workers-kv",
    read,
    async update(decide) {
      const decided = decide(await read());
      if (decided !== undefined) {
        await kv.put(KEY, encodeSnapshot(decided), { expirationTtl: RETENTION_MS / 1000 });
      }
      return decided;
    },
  };
}

const KEY = "snapshot";

// The least the platform takes; its default of 60 would make every location one more half minute late.
// https://developers.cloudflare.com/changelog/2026-01-30-kv-reduced-minimum-cachettl/
const CACHE_TTL_SECONDS = 30;
