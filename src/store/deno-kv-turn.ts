import type { Clock } from "../ports.ts";

/**
 * Repeat `attempt` while another writer comes first.
 *
 * @param action What for, as an error begins: `store the snapshot`.
 * @param attempt Reads, decides and writes; undefined when another writer came between.
 * @throws {Error} When that happens {@link ATTEMPTS} times in a row.
 */
export async function inTurn<T>(
  clock: Clock,
  action: string,
  attempt: () => Promise<{ readonly result: T } | undefined>,
): Promise<T> {
  for (let count = 0; count < ATTEMPTS; count++) {
    if (count > 0) await clock.sleep(Math.random() * PAUSE_MAX_MS);
    const done = await attempt();
    if (done !== undefined) return done.result;
  }
  throw new Error(`Cannot ${action}: another writer came first ${ATTEMPTS} times in a row`);
}

/** In each round one writer wins, so as many processes as this can write at the same moment and all succeed. */
const ATTEMPTS = 20;

/**
 * Pauses are random, so that two writers do not meet again and again, and a commit fits into most of them; all together
 * they stay well below a second.
 */
const PAUSE_MAX_MS = 20;
