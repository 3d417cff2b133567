import { type ChunkPlace, type Head, readChunks, readHead, removeChunks, writeChunks } from "./deno-kv-chunks.ts";
import { RETENTION_MS } from "./retention.ts";

/**
 * Read the stored text of any length, which lies in chunks under a generation that the head names.
 *
 * @returns `text` is undefined when there is none, or when chunks of it are missing although nobody replaced it.
 */
export async function readText(kv: Deno.Kv): Promise<{ readonly text: string | undefined; readonly head: Head }> {
  const { value, head } = await readHead(kv, HEAD_KEY, (stored) => readChunks(kv, CHUNKS, stored));
  return { text: value && new TextDecoder().decode(value), head };
}

/**
 * Put `text` in the place of what `head` stood for, as a new generation, and remove the old one, in one atomic step.
 *
 * @param head As `readText` returned it.
 * @returns False when another writer came first; then nothing has changed.
 * @throws {Error} When the text is larger than about 24 MB.
 */
export function replaceText(kv: Deno.Kv, head: Head, text: string): Promise<boolean> {
  return writeChunks(kv, CHUNKS, new TextEncoder().encode(text), (operation, next) => {
    operation.check(head).set(HEAD_KEY, next, { expireIn: RETENTION_MS });
    removeChunks(operation, CHUNKS, head.value);
  });
}

const HEAD_KEY = ["rollcall", "snapshot"];
const CHUNKS: ChunkPlace = { key: HEAD_KEY, expireIn: RETENTION_MS };
