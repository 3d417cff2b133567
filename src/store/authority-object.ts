import { DurableObject } from "cloudflare:workers";
import { systemClock } from "../clock.ts";
import { COPIED_PREFIX, type WrittenRecord } from "../ports.ts";
import { createReadCopy, type ReadCopy } from "./authority-copy.ts";
import type { AuthorityStub } from "./authority-object-client.ts";
import { createSqlRecords, type SqlRecords, type SqlStorage } from "./authority-sql.ts";
import type { KvNamespace } from "./workers-kv.ts";

/**
 * The Durable Object behind an authority on Workers: there is one, for all locations, and all its writes go through it one
 * after the other. What it answers is durable before the answer leaves it.
 *
 * A write of a record that is read everywhere has the copy in KV written behind it, by an alarm that is set in the same
 * transaction: neither does the answer wait for KV, nor is the copy forgotten when the object dies.
 */
export class RollcallAuthority extends DurableObject<ObjectState, ObjectEnv>
  implements Record<keyof AuthorityStub, unknown> {
  readonly #records: SqlRecords;
  readonly #copy: ReadCopy | undefined;

  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, env);
    this.#records = createSqlRecords(state.storage.sql);
    this.#copy = env.KV && createReadCopy({
      kv: env.KV,
      // The platform makes the object, so nobody can lend it a clock.
      clock: systemClock,
      records: () => this.list(COPIED_PREFIX),
      // Not awaited: it belongs to the same transaction, and without it the answer does not leave.
      wakeAt: (atMs) => void state.storage.setAlarm(atMs),
      onError: (error) => console.log(JSON.stringify({ event: "authority-copy-error", error: String(error) })),
    });
  }

  /** As `Authority.list`. */
  list(prefix: string): ReadonlyMap<string, WrittenRecord> {
    return this.#records.list(prefix);
  }

  /** The records that the copy should hold, for a reader who found none. */
  recall(): ReadonlyMap<string, WrittenRecord> {
    this.#copy?.missed();
    return this.list(COPIED_PREFIX);
  }

  /** As `Authority.put`; the caller has checked the record. */
  put(key: string, value: string | undefined, expected: number | undefined): number | undefined {
    const version = this.#records.put(key, value, expected);
    if (version !== undefined && key.startsWith(COPIED_PREFIX)) this.#copy?.due();
    return version;
  }

  /** Called by the platform, one at a time. */
  async alarm(): Promise<void> {
    await this.#copy?.write();
  }
}

/** What is used of the object's state. https://developers.cloudflare.com/durable-objects/api/state/ */
interface ObjectState {
  readonly storage: {
    readonly sql: SqlStorage;
    /** @param atMs Milliseconds since the Unix epoch; one that has passed is now. */
    setAlarm(atMs: number): Promise<void>;
  };
}

interface ObjectEnv {
  /** Without it every reader asks the object. */
  readonly KV?: KvNamespace;
}
