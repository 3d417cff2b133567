import type { SnapshotStore } from "../ports.ts";
import { decodeSnapshot, encodeSnapshot } from "./encoding.ts";

/** A store that lives as long as the process. Atomic. It keeps text, so that it shares no object with its callers. */
export function createMemoryStore(): SnapshotStore {
  let text: string | undefined;
  const stored = () => text === undefined ? undefined : decodeSnapshot(text);
  return {
    kind: "memory",
    read: () => Promise.try(stored),
    update: (decide) =>
      Promise.try(() => {
        const decided = decide(stored());
        if (decided !== undefined) text = encodeSnapshot(decided);
        return decided;
      }),
  };
}
