/** How long, in milliseconds, a test waits for what must come: much longer than it ever takes. */
const WITHIN_MS = 15_000;

const POLL_EVERY_MS = 20;

/**
 * Ask until there is an answer, for what happens in another process, where no clock can be moved.
 *
 * @param ask Gives undefined for "not yet"; what it throws ends the wait.
 * @param complaint What is wrong when there is none in time.
 */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  complaint: () => string,
): Promise<T> {
  const endMs = Date.now() + WITHIN_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > endMs) throw new Error(`Cannot wait longer than ${WITHIN_MS} ms: ${complaint()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
}

/** Let an age pass, in milliseconds, in a process whose clock cannot be moved. */
export function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
