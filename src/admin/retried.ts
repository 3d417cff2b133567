import { refused, type WriteRefusal, type WriteResult } from "../core/write-result.ts";

/** Many more writers at a time than a fleet has; each round one of them is done. */
const ROUNDS_MAX = 50;

/** Repeat a write that reads first until nobody else wrote between; `undefined` from it says that somebody did. */
export async function retried<T>(attempt: () => Promise<WriteResult<T> | undefined>): Promise<WriteResult<T>> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  return OUTRUN;
}

const OUTRUN: WriteRefusal = refused("outrun", `Others wrote first, ${ROUNDS_MAX} times; try again`);
