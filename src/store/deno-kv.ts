import type { Clock, SnapshotStore } from "../ports.ts";
import { readText, replaceText } from "./deno-kv-text.ts";
import { inTurn } from "./deno-kv-turn.ts";
import { decodeSnapshot, encodeSnapshot } from "./encoding.ts";

/**
 * A store in Deno KV, shared by all processes that open the same database. Atomic: `update` is repeated when another
 * writer came between its read and its write, and rejects when that happens again and again.
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
    update: (decide) =>
      inTurn(clock, "store the snapshot", async () => {
        const { text, head } = await readText(kv);
        const result = decide(text === undefined ? undefined : decodeSnapshot(text));
        return result === undefined || await replaceText(kv, head, encodeSnapshot(result)) ? { result } : undefined;
      }),
  };
}
