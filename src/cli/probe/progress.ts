import type { Output } from "../io.ts";

/** A line that tells how far a fleet is probed, and goes again. */
export interface Progress {
  readonly show: (done: number, total: number) => void;
  readonly clear: () => void;
}

/** Create it on an output; where that is no terminal it never says anything. */
export function createProgress({ isTerminal, write }: Output): Progress {
  if (!isTerminal) return { show: () => {}, clear: () => {} };
  return {
    show: (done, total) => write(`\r${bar(done / Math.max(1, total))} ${done} of ${total} targets probed${ERASE_REST}`),
    clear: () => write(`\r${ERASE_REST}`),
  };
}

const BAR_CHARS = 20;

/** To the end of the line: ECMA-48 §8.3.41. */
const ERASE_REST = "\x1b[K";

function bar(share: number): string {
  const full = Math.round(share * BAR_CHARS);
  return `[${"#".repeat(full)}${".".repeat(BAR_CHARS - full)}]`;
}
