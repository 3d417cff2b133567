/** A check that is told, not asked: for what an application notices by itself, such as a lost connection. */
export interface ServiceStatus {
  /** True is healthy, false unhealthy, undefined unknown. */
  get(): boolean | undefined;
  /** Open Watches hear of it at once, if it changes anything. */
  set(value: boolean | undefined): void;
  /** Calls `onSet` after each `set`, until what it returns is called. */
  subscribe(onSet: () => void): () => void;
}

/** Create one; unknown until it is set, unless it begins with a value. */
export function createStatus(value?: boolean): ServiceStatus {
  const listeners = new Set<() => void>();
  let current = value;
  return {
    get: () => current,
    set(value) {
      current = value;
      for (const listener of listeners) listener();
    },
    subscribe(onSet) {
      // A function of its own: the same listener may be given twice.
      const listener = () => onSet();
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
