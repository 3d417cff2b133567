import { RETENTION_MS } from "./retention.ts";

/** What is under the head key, known or not; `replaceText` checks that it is still there. */
export type Head = Deno.KvEntryMaybe<unknown>;

/**
 * Read a text of any length.
 *
 * It lies in chunks under a generation that the head names. Chunks of a generation never change, so a reader sees the
 * whole of one generation or, when a writer removed it meanwhile, misses chunks and starts over with the new head.
 *
 * @returns `text` is undefined when there is none, when chunks of it are missing although nobody replaced it, or when
 *   writers removed {@link READ_ATTEMPTS} generations in a row under the reader's eyes.
 */
export async function readText(kv: Deno.Kv): Promise<{ readonly text: string | undefined; readonly head: Head }> {
  let triedVersion: string | null = null;
  for (let attempt = 1;; attempt++) {
    const head = await kv.get(HEAD_KEY);
    const text = isGeneration(head.value) ? await readChunks(kv, head.value) : undefined;
    const isFinal = text !== undefined || head.versionstamp === triedVersion || attempt === READ_ATTEMPTS;
    if (isFinal) return { text, head };
    triedVersion = head.versionstamp;
  }
}

/**
 * Put `text` in the place of what `head` stood for, as a new generation, and remove the old one, in one atomic step.
 *
 * A text too large for one atomic operation is staged: all chunks but the last few are written before, where nobody
 * looks, and the head flips with the last ones. What a writer that died leaves staged, expires.
 *
 * @param head As `readText` returned it.
 * @returns False when another writer came first; then nothing has changed.
 * @throws {Error} When the text is larger than {@link MAX_CHUNKS} chunks.
 */
export async function replaceText(kv: Deno.Kv, head: Head, text: string): Promise<boolean> {
  const bytes = new TextEncoder().encode(text);
  const next = generationFor(bytes.length);
  const keys = chunkKeys(next);
  for (let start = 0;; start += CHUNKS_PER_COMMIT) {
    const isLast = start + CHUNKS_PER_COMMIT >= keys.length;
    const operation = kv.atomic();
    for (const [index, key] of keys.slice(start, start + CHUNKS_PER_COMMIT).entries()) {
      const at = (start + index) * CHUNK_BYTES;
      // A copy: a view would be stored with the whole buffer behind it.
      operation.set(key, bytes.slice(at, at + CHUNK_BYTES), { expireIn: RETENTION_MS });
    }
    if (isLast) flip(operation, head, next);
    const isDone = await commit(operation);
    if (!isDone && start > 0) await commit(deleteAll(kv.atomic(), keys));
    if (!isDone || isLast) return isDone;
  }
}

interface Generation {
  /** Unique to one write, so that no two writers ever stage under the same keys. */
  readonly generation: string;
  readonly chunkCount: number;
  readonly byteCount: number;
}

const HEAD_KEY = ["rollcall", "snapshot"];

// Limits: https://docs.deno.com/deploy/kv/transactions/ — 64 KiB a value with its serialisation, 800 KiB and 1 000
// mutations an atomic operation, 10 keys a getMany.
const CHUNK_BYTES = 60 * 1024;
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

/** False when another writer came first or is at it right now. */
async function commit(operation: Deno.AtomicOperation): Promise<boolean> {
  try {
    return (await operation.commit()).ok;
  } catch (error) {
    if (error instanceof Error && error.message.includes(LOCKED)) return false;
    throw error;
  }
}

/** Make `next` what readers see, if `head` is so still, and remove what they saw until now. */
function flip(operation: Deno.AtomicOperation, head: Head, next: Generation): void {
  operation.check(head).set(HEAD_KEY, next, { expireIn: RETENTION_MS });
  if (isGeneration(head.value)) deleteAll(operation, chunkKeys(head.value));
}

async function readChunks(kv: Deno.Kv, head: Generation): Promise<string | undefined> {
  const keys = chunkKeys(head);
  const bytes = new Uint8Array(head.byteCount);
  let at = 0;
  for (let index = 0; index < keys.length; index += CHUNKS_PER_READ) {
    for (const { value } of await kv.getMany<unknown[]>(keys.slice(index, index + CHUNKS_PER_READ))) {
      if (!(value instanceof Uint8Array) || at + value.length > bytes.length) return undefined;
      bytes.set(value, at);
      at += value.length;
    }
  }
  return at === bytes.length ? new TextDecoder().decode(bytes) : undefined;
}

function chunkKeys({ generation, chunkCount }: Generation): Deno.KvKey[] {
  return Array.from({ length: chunkCount }, (_, index) => [...HEAD_KEY, generation, index]);
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
