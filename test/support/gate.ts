import type { UpstreamStatus } from "./upstream.ts";

/** An upstream's answer that a test may hold back: give `pass` to an upstream as its handler. */
export interface Gate {
  readonly pass: () => Promise<UpstreamStatus>;
  /** Hold back the answers to come. */
  close(): void;
  /** Answer, also those who wait; and let pass from now on. */
  open(answer: UpstreamStatus): void;
}

/** Create a gate that is open and answers SERVING. */
export function createGate(): Gate {
  let answer: UpstreamStatus = "SERVING";
  let opening = Promise.withResolvers<void>();
  opening.resolve();
  return {
    pass: async () => {
      await opening.promise;
      return answer;
    },
    close: () => {
      opening = Promise.withResolvers();
    },
    open: (next) => {
      answer = next;
      opening.resolve();
    },
  };
}
