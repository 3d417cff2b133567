/** Where the chunks of one kind of text lie: under this key, by generation and index. */
export interface ChunkPlace {
  readonly key: Deno.KvKey;
  /** From when on nobody needs them, in milliseconds; default: they stay. */
  readonly expireIn?: number;
}

/** A text in chunks, which are written once and never change. */
export interface Generation {
  /** Unique to one write, so that no two writers ever stage under the same keys. */
  readonly generation: string;
  readonly chunkCount: number;
  readonly byteCount: number;
}

/** What is under a key, known or not; a write that depends on it checks that it is still there. */
export type Head = Deno.KvEntryMaybe<unknown>;

/**
 * Read the head at `key`, and with `read` what it stands for.
 *
 * Chunks of a generation never change, so a reader sees the whole of one generation or, when a writer removed it
 * meanwhile, misses chunks and starts over with the new head.
 *
 * @returns `value` is undefined when `read` finds nothing although nobody replaced the head, or when writers replaced it
 *   {@link READ_ATTEMPTS} times in a row under the reader's eyes.
 */
export async function readHead<T>(
  kv: Deno.Kv,
  key: Deno.KvKey,
  read: (stored: unknown) => Promise<T | undefined>,
): Promise<{ readonly value: T | undefined; readonly head: Head }> {
  let triedVersion: string | null = null;
  for (let attempt = 1;; attempt++) {
    const head = await kv.get(key);
    const value = await read(head.value);
    const isFinal = value !== undefined || head.versionstamp === triedVersion || attempt === READ_ATTEMPTS;
    if (isFinal) return { value, head };
    triedVersion = head.versionstamp;
  }
}

/** The bytes of a generation; undefined when `stored` names none, or chunks of it are missing. */
export async function readChunks(kv: Deno.Kv, place: ChunkPlace, stored: unknown): Promise<Uint8Array | undefined> {
  if (!isGeneration(stored)) return undefined;
  const keys = chunkKeys(place, stored);
  const bytes = new Uint8Array(stored.byteCount);
  let at = 0;
  for (let index = 0; index < keys.length; index += CHUNKS_PER_READ) {
    for (const { value } of await kv.getMany<unknown[]>(keys.slice(index, index + CHUNKS_PER_READ))) {
      if (!(value instanceof Uint8Array) || at + value.length > bytes.length) return undefined;
      bytes.set(value, at);
      at += value.length;
    }
  }
  return at === bytes.length ? bytes : undefined;
}

/**
 * Write `bytes` as a new generation, and with its last chunks, in one atomic step, what `flip` adds to it.
 *
 * What is too large for one atomic operation is staged: all chunks but the last few are written before, where nobody
 * looks. What a writer that died leaves staged, stays until it expires.
 *
 * @param flip Makes the generation what readers see, if what it checks holds.
 * @returns False when another writer came first; then nothing has changed.
 * @throws {Error} When the bytes are more than {@link MAX_CHUNKS} chunks.
 */
export async function writeChunks(
  kv: Deno.Kv,
  place: ChunkPlace,
  bytes: Uint8Array,
  flip: (operation: Deno.AtomicOperation, next: Generation) => void,
): Promise<boolean> {
  const next = generationFor(bytes.length);
  const keys = chunkKeys(place, next);
  for (let start = 0;; start += CHUNKS_PER_COMMIT) {
    const isLast = start + CHUNKS_PER_COMMIT >= keys.length;
    const operation = kv.atomic();
    for (const [index, key] of keys.slice(start, start + CHUNKS_PER_COMMIT).entries()) {
      const at = (start + index) * CHUNK_BYTES;
      // A copy: a view would be stored with the whole buffer behind it.
      operation.set(key, bytes.slice(at, at + CHUNK_BYTES), expiry(place));
    }
    if (isLast) flip(operation, next);
    const isDone = await commit(operation);
    if (!isDone && start > 0) await commit(deleteAll(kv.atomic(), keys));
    if (!isDone || isLast) return isDone;
  }
}

/** Add to `operation` that the chunks of `stored` go, if it names a generation. */
export function removeChunks(operation: Deno.AtomicOperation, place: ChunkPlace, stored: unknown): void {
  if (isGeneration(stored)) deleteAll(operation, chunkKeys(place, stored));
}

/** False when another writer came first or is at it right now. */
export async function commit(operation: Deno.AtomicOperation): Promise<boolean> {
  try {
    return (await operation.commit()).ok;
  } catch (error) {
    if (error instanceof Error && error.message.includes(LOCKED)) return false;
    throw error;
  }
}

/** What one value may hold, and so one chunk. Limits: https://docs.deno.com/deploy/kv/transactions/ — 64 KiB with its serialisation. */
export const CHUNK_BYTES = 60 * 1024;

// Of the same page: 800 KiB and 1 000 mutations an atomic operation, 10 keys a getMany.
const CHUNKS_PER_COMMIT = 12;
const CHUNKS_PER_READ = 10;
/** About 24 MB, as much as a Workers KV value holds; the head's flip then has 413 mutations at most. */
const MAX_CHUNKS = 400;

/** Writers come seconds apart and a read takes milliseconds: to meet one again and again is a fault, not bad luck. */
const READ_ATTEMPTS = 20;

// SQLite's refusal when another process is writing the same file: Deno does not wait for it, and nothing has changed
// then (two processes counting, Deno 2.9: every second commit was refused, no count was lost).
const LOCKED = "database is locked";

function generationFor(byteCount: number): Generation {
  const chunkCount = Math.ceil(byteCount / CHUNK_BYTES);
  if (chunkCount > MAX_CHUNKS) {
    throw new Error(`Cannot store the snapshot: ${byteCount} bytes are more than ${MAX_CHUNKS * CHUNK_BYTES}`);
  }
  return { generation: crypto.randomUUID(), chunkCount, byteCount };
}

function chunkKeys({ key }: ChunkPlace, { generation, chunkCount }: Generation): Deno.KvKey[] {
  return Array.from({ length: chunkCount }, (_, index) => [...key, generation, index]);
}

function expiry({ expireIn }: ChunkPlace): { expireIn?: number } {
  return expireIn === undefined ? {} : { expireIn };
}

function deleteAll(operation: Deno.AtomicOperation, keys: readonly Deno.KvKey[]): Deno.AtomicOperation {
  for (const key of keys) operation.delete(key);
  return operation;
}

/** Also keeps a broken head from asking for more memory, or more deletions, than any true one. */
function isGeneration(value: unknown): value is Generation {
  if (typeof value !== "object" || value === null) return false;
  const { generation, chunkCount, byteCount }: Partial<Record<keyof Generation, unknown>> = value;
  return typeof generation === "string" && isWithin(byteCount, MAX_CHUNKS * CHUNK_BYTES) &&
    chunkCount === Math.ceil(byteCount / CHUNK_BYTES);
}

function isWithin(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= max;
}
