/** Values in order of their keys; of equal keys the one pushed first comes first. */
export interface Heap<T> {
  push(key: number, value: T): void;
  /** The least key; undefined when empty. */
  firstKey(): number | undefined;
  /** Take the value of the least key; undefined when empty. */
  pop(): T | undefined;
}

/** Create an empty binary heap. */
export function createHeap<T>(): Heap<T> {
  const entries: Entry<T>[] = [];
  let pushed = 0;

  function push(key: number, value: T): void {
    const entry = { key, number: pushed++, value };
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = entries[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      entries[at] = parent;
      at = above;
    }
    entries[at] = entry;
  }

  function pop(): T | undefined {
    const first = entries[0];
    const last = entries.pop();
    if (first !== undefined && last !== undefined && entries.length > 0) sink(last);
    return first?.value;
  }

  function sink(entry: Entry<T>): void {
    let at = 0;
    for (;;) {
      const [left, right] = [entries[2 * at + 1], entries[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || !isBefore(child, entry)) break;
      entries[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    entries[at] = entry;
  }

  return { push, pop, firstKey: () => entries[0]?.key };
}

interface Entry<T> {
  readonly key: number;
  readonly number: number;
  readonly value: T;
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.key < b.key || (a.key === b.key && a.number < b.number);
}
