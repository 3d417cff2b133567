import { refused, type WriteResult } from "../core/write-result.ts";
import type { Authority, Clock } from "../ports.ts";
import type { AdminLog } from "./log.ts";

/** An authority of which every call ends in time; it rejects with {@link Unanswered} alone. */
export type BoundedAuthority = Pick<Authority, "list" | "put">;

/** The authority failed, or took too long. */
export class Unanswered extends Error {}

/** One call of the authority may take this long, in milliseconds: many times what a distant one takes. */
const CALL_MAX_MS = 5_000;

/** Bound an authority's calls; what each comes to, if not an answer, is logged. */
export function createBoundedAuthority(
  authority: BoundedAuthority,
  { clock, log }: { readonly clock: Pick<Clock, "after">; readonly log: (entry: AdminLog) => void },
): BoundedAuthority {
  async function bounded<T>(call: () => Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const disarm = clock.after(CALL_MAX_MS, () => reject(new Error(`no answer in ${CALL_MAX_MS} ms`)));
    try {
      return await Promise.race([Promise.try(call), late]);
    } catch (error) {
      log({ event: "authority-error", error: String(error) });
      throw new Unanswered();
    } finally {
      disarm();
    }
  }

  return {
    list: (prefix) => bounded(() => authority.list(prefix)),
    put: (key, value, expected) => bounded(() => authority.put(key, value, expected)),
  };
}

/** What `work` gives; `unavailable` when the authority did not answer. A write may have been kept even then. */
export async function whenAnswered<T>(work: () => Promise<WriteResult<T>>): Promise<WriteResult<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Unanswered) return refused("unavailable", UNAVAILABLE);
    throw error;
  }
}

const UNAVAILABLE =
  "What is written at run time cannot be reached: the log says why; look whether a write was kept before it is tried again";
