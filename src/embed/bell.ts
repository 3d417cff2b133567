/** Wakes one who waits, again and again; rung while nobody waits, it is heard by the next who does. */
export interface Bell {
  ring(): void;
  /** Resolves at the first ring since it was last heard. */
  heard(): Promise<void>;
}

/** Create one, for one listener. */
export function createBell(): Bell {
  let isRung = false;
  let wake = () => {};

  async function heard(): Promise<void> {
    if (!isRung) await new Promise<void>((resolve) => (wake = resolve));
    isRung = false;
  }

  return {
    ring() {
      isRung = true;
      wake();
    },
    heard,
  };
}
