import { systemClock } from "../clock.ts";
import type { Authority, Clock, WrittenRecord } from "../ports.ts";
import { readCopy } from "./authority-copy.ts";
import { checkRecord } from "./authority-record.ts";
import type { KvNamespace } from "./workers-kv.ts";

/** The binding `AUTHORITY`. https://developers.cloudflare.com/durable-objects/api/namespace/ */
export interface AuthorityNamespace {
  getByName(name: string): AuthorityStub;
}

/** What `RollcallAuthority` does, as it is called from elsewhere. */
export interface AuthorityStub {
  list(prefix: string): Promise<ReadonlyMap<string, WrittenRecord>>;
  recall(): Promise<ReadonlyMap<string, WrittenRecord>>;
  put(key: string, value: string | undefined, expected: number | undefined): Promise<number | undefined>;
}

/**
 * The authority on Workers: a Durable Object, and its read copy in KV.
 *
 * A call has no deadline of its own. One that rejects may have been carried out all the same; with `expected` its caller can
 * look.
 *
 * @param kv Where the copy is; without it, or where it fails, is slow or has none, `recall` asks the object.
 */
export function createObjectAuthority(
  namespace: AuthorityNamespace,
  kv?: KvNamespace,
  clock: Pick<Clock, "after"> = systemClock,
): Authority {
  // Anew for each call: a stub is of no use after a call of it was cut off.
  const object = () => namespace.getByName(OBJECT_NAME);
  return {
    kind: "durable-object",
    list: async (prefix) => await object().list(prefix),
    async recall() {
      const copied = kv && await readSoon(kv, clock);
      return copied ?? await object().recall();
    },
    async put(key, value, expected) {
      checkRecord(key, value);
      // Else SQLite keeps half a surrogate pair as three U+FFFD.
      return await object().put(key, value?.toWellFormed(), expected);
    },
  };
}

const OBJECT_NAME = "authority";

/** Half of what a reader waits: where KV is silent, which it is in its outages, the object has the other. */
const COPY_MAX_MS = 500;

async function readSoon(kv: KvNamespace, clock: Pick<Clock, "after">): ReturnType<typeof readCopy> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const disarm = clock.after(COPY_MAX_MS, () => resolve(undefined));
  try {
    return await Promise.race([readCopy(kv), late]);
  } catch {
    return undefined;
  } finally {
    disarm();
  }
}
