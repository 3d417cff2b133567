/** Tells those who wait that something turned. */
export interface Changes {
  tell(): void;
  /** Resolves at the next change, or when `signal` aborts; never rejects, and leaves nothing behind. */
  next(signal: AbortSignal): Promise<void>;
}

/** Create the bell; nobody waits yet. */
export function createChanges(): Changes {
  const waiters = new Set<() => void>();
  return {
    tell() {
      for (const wake of [...waiters]) wake();
    },
    next(signal) {
      // A promise of each waiter's own: workerd runs what follows a promise in the request that made it, or nowhere.
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => {
        waiters.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      if (signal.aborted) return Promise.resolve();
      waiters.add(wake);
      signal.addEventListener("abort", wake);
      return promise;
    },
  };
}
