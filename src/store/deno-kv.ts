import type { Clock, SnapshotStore } from "../ports.ts";
import { readText, replaceText } from "./deno-kv-text.ts";
import { decodeSnapshot, encodeSnapshot } from "./encoding.ts";

/**
 * A store in Deno KV, shared by all processes that open the same database. Atomic: `update` is repeated when another
 * writer came between its read and its write, and rejects when that happens {@link UPDATE_ATTEMPTS} times in a row.
 *
 * @param kv Stays the caller's, to close after the last use.
 * @param clock For the pause before `update` is repeated.
 */
export function createDenoKvStore(kv: Deno.Kv, clock: Clock): SnapshotStore {
  return {
    kind: "deno-kv",
    async read() {
      const { text } = await readText(kv);
      return text === undefined ? undefined : decodeSnapshot(text);
    },
    async update(decide) {
      for (let attempt = 0; attempt < UPDATE_ATTEMPTS; attempt++) {
        if (attempt > 0) await clock.sleep(Math.random() * PAUSE_MAX_MS);
        const { text, head } = await readText(kv);
        const decided = decide(text === undefined ? undefined : decodeSnapshot(text));
        if (decided === undefined || await replaceText(kv, head, encodeSnapshot(decided))) return decided;
      }
      throw new Error(`Cannot store the snapshot: another writer came first ${UPDATE_ATTEMPTS} times in a row`);
    },
  };
}

/** In each round one writer wins, so as many processes as this can write at the same moment and all succeed. */
const UPDATE_ATTEMPTS = 20;

/**
 * Pauses are random, so that two writers do not meet again and again, and a commit fits into most of them; all together
 * they stay well below a second.
 */
const PAUSE_MAX_MS = 20;
