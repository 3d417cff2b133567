/** Work that outlives its answer. */
export interface Pending {
  /** Hold on to it until it is over. */
  keep(promise: Promise<void>): void;
  /** Resolves when nothing is under way, also of what was begun meanwhile. */
  settled(): Promise<void>;
}

/** Create it empty. */
export function createPending(): Pending {
  const pending = new Set<Promise<void>>();
  return {
    keep(promise) {
      pending.add(promise);
      const drop = () => void pending.delete(promise);
      promise.then(drop, drop);
    },
    async settled() {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
  };
}
