import { type Authority, COPIED_PREFIX, type WrittenRecord } from "../ports.ts";
import { checkRecord, nextVersion } from "./authority-record.ts";

/** An authority that lives as long as the process, and is the only one who writes to it. */
export function createMemoryAuthority(): Authority {
  const kept = new Map<string, Kept>();

  function list(prefix: string): ReadonlyMap<string, WrittenRecord> {
    return new Map(
      [...kept].flatMap(([key, { version, value }]) =>
        value !== undefined && key.startsWith(prefix) ? [[key, { version, value }] as const] : []
      ),
    );
  }

  function put(key: string, value: string | undefined, expected?: number): number | undefined {
    checkRecord(key, value);
    const { version, value: before } = kept.get(key) ?? NOTHING;
    const next = nextVersion({ version, isFilled: before !== undefined }, value, expected);
    if (next !== undefined && next !== version) kept.set(key, { version: next, value: value?.toWellFormed() });
    return next;
  }

  return {
    kind: "memory",
    list: (prefix) => Promise.try(list, prefix),
    recall: () => Promise.try(list, COPIED_PREFIX),
    put: (key, value, expected) => Promise.try(put, key, value, expected),
  };
}

/** Without a value: it was removed. */
interface Kept {
  readonly version: number;
  readonly value: string | undefined;
}

const NOTHING: Kept = { version: 0, value: undefined };
