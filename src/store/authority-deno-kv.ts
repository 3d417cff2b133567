import { type Authority, type Clock, COPIED_PREFIX, type WrittenRecord } from "../ports.ts";
import { checkRecord, nextVersion, type Slot } from "./authority-record.ts";
import {
  CHUNK_BYTES,
  type ChunkPlace,
  commit,
  type Head,
  readChunks,
  readHead,
  removeChunks,
  writeChunks,
} from "./deno-kv-chunks.ts";
import { inTurn } from "./deno-kv-turn.ts";

/**
 * An authority in Deno KV, shared by all processes that open the same database; nothing in it expires.
 *
 * A value that fits into one of Deno KV's lies in its record, so that one write is one key, and a list one read; a longer
 * one lies in chunks. Writes of one process go one after the other, so that a burst of them does not outrun itself.
 *
 * @param kv Stays the caller's, to close after the last use.
 * @param clock For the pause before a write is repeated that met one of another process.
 */
export function createDenoKvAuthority(kv: Deno.Kv, clock: Clock): Authority {
  const list = (prefix: string) => readRecords(kv, prefix);
  let lastWrite: Promise<unknown> = Promise.resolve();
  return {
    kind: "deno-kv",
    list,
    recall: () => list(COPIED_PREFIX),
    async put(key, value, expected) {
      checkRecord(key, value);
      const write = lastWrite.then(() =>
        inTurn(clock, `write record ${JSON.stringify(key)}`, async () => {
          const head = await kv.get([...RECORDS, key]);
          const slot = slotOf(head);
          const result = nextVersion(slot, value, expected);
          const isDone = result === undefined || result === slot.version ||
            await replace(kv, head, { version: result, value });
          return isDone ? { result } : undefined;
        })
      );
      lastWrite = write.catch(() => {});
      return await write;
    },
  };
}

const RECORDS = ["rollcall", "authority"];
const CHUNKS: ChunkPlace = { key: ["rollcall", "authority-chunk"] };

async function readRecords(kv: Deno.Kv, prefix: string): Promise<ReadonlyMap<string, WrittenRecord>> {
  const records = new Map<string, WrittenRecord>();
  // Keys are in the order of their bytes, so those with the prefix are neighbours, and `prefix` is the first there may be.
  for await (const { key: path, value: stored } of kv.list({ prefix: RECORDS, start: [...RECORDS, prefix] })) {
    const key = String(path.at(-1));
    if (!key.startsWith(prefix)) break;
    const value = await readValue(kv, path, stored);
    if (value !== undefined) records.set(key, value);
  }
  return records;
}

/** Undefined when the record was removed. */
async function readValue(kv: Deno.Kv, key: Deno.KvKey, listed: unknown): Promise<WrittenRecord | undefined> {
  const seen = await decode(kv, listed);
  if (seen !== undefined || !slotOf({ key, value: listed }).isFilled) return seen;
  const { value, head } = await readHead(kv, key, (stored) => decode(kv, stored));
  if (value !== undefined || !slotOf(head).isFilled) return value;
  throw new Error(`Cannot read record ${JSON.stringify(key.at(-1))}: parts of it are missing`);
}

/** Undefined when there is nothing, or chunks of it are missing. */
async function decode(kv: Deno.Kv, stored: unknown): Promise<WrittenRecord | undefined> {
  if (!isStored(stored)) return undefined;
  const bytes = stored.bytes ?? await readChunks(kv, CHUNKS, stored);
  return bytes && { version: stored.version, value: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) };
}

/** Put a record in the place of what `head` stood for; false when another writer came first. */
async function replace(
  kv: Deno.Kv,
  head: Head,
  { version, value }: { readonly version: number; readonly value: string | undefined },
): Promise<boolean> {
  const flip = (operation: Deno.AtomicOperation, content: Omit<Stored, "version">) => {
    removeChunks(operation.check(head).set(head.key, { version, ...content }), CHUNKS, head.value);
    return operation;
  };
  if (value === undefined) return await commit(flip(kv.atomic(), {}));
  const bytes = new TextEncoder().encode(value);
  if (bytes.length <= CHUNK_BYTES) return await commit(flip(kv.atomic(), { bytes }));
  return await writeChunks(kv, CHUNKS, bytes, flip);
}

/** What lies under the key of a record: its bytes, or the generation of its chunks, or neither when it was removed. */
interface Stored {
  readonly version: number;
  readonly bytes?: Uint8Array;
  readonly generation?: string;
}

/** @throws {Error} When what is there was not written by an authority: to write over it might lose it. */
function slotOf({ key, value }: Pick<Head, "key" | "value">): Slot {
  if (value === null) return { version: 0, isFilled: false };
  if (!isStored(value)) throw new Error(`Cannot read record ${JSON.stringify(key.at(-1))}: it is no record`);
  return { version: value.version, isFilled: value.bytes !== undefined || value.generation !== undefined };
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== "object" || value === null) return false;
  const { version, bytes }: Partial<Record<keyof Stored, unknown>> = value;
  return Number.isSafeInteger(version) && (bytes === undefined || bytes instanceof Uint8Array);
}
