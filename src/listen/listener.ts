import type { Clock } from "../ports.ts";

/** A port that is listened on. */
export interface Listener {
  readonly port: number;
  /** Settles when it ends by itself, as when it cannot accept. */
  readonly failed: Promise<unknown>;
  /** Take nothing more; resolves when what is under way has ended. */
  close(): Promise<void>;
}

/** What keeping a listener up takes. */
export interface Keeping {
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Put it up again, at the same port. */
  readonly again: () => Promise<Listener>;
  /** Told of each end that nobody asked for. */
  readonly onError: (error: unknown) => void;
}

/** A listener that failed is put up again after this long, in milliseconds. */
const RELISTEN_AFTER_MS = 1_000;

/**
 * Keep a listener up until told to stop, then close it.
 *
 * One ends by itself when it cannot accept, as while strangers hold every file descriptor: it is put up again, and again.
 */
export async function keepListening(first: Listener, { clock, stop, again, onError }: Keeping): Promise<void> {
  const stopped = aborted(stop);
  for (let listener: Listener | undefined = first;; listener = undefined) {
    try {
      listener ??= await again();
      const reason = await Promise.race([listener.failed, stopped]);
      if (stop.aborted) return await listener.close();
      onError(reason);
      // What it has under way goes on beside its successor.
      listener.close().catch(() => {});
    } catch (error) {
      if (stop.aborted) return;
      onError(error);
    }
    await clock.sleep(RELISTEN_AFTER_MS, stop);
    if (stop.aborted) return;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
