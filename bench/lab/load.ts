import { startChild } from "./child.ts";

/** One run of the load generator. */
export interface Load {
  readonly port: number;
  /** The bytes of the request. */
  readonly request: readonly number[];
  /** Each has one request under way at a time. */
  readonly connections: number;
  readonly durationMs: number;
  /** What every answer must be: errors are quick to give, and must not be measured. */
  readonly status: number;
  /** How every body begins and ends; the same bytes twice where it is always the same. */
  readonly body: { readonly start: readonly number[]; readonly end: readonly number[] };
}

/** What a run gave. */
export interface LoadResult {
  readonly answers: number;
  readonly elapsedMs: number;
}

/** Asks as fast as it gets answers, from a process of its own: on two cores, the other is left to the server. */
export interface LoadGenerator extends AsyncDisposable {
  /** Rejects when an answer was wrong. */
  run(load: Load): Promise<LoadResult>;
}

/** Start a load generator; use it for all runs, so that all find it warm. */
export function startLoadGenerator(): LoadGenerator {
  const child = startChild("bench/lab/load-process.ts");
  return {
    run: async (load) => {
      child.write(load);
      return await child.read() as LoadResult;
    },
    [Symbol.asyncDispose]: child.kill,
  };
}
