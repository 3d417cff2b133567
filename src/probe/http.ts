import type { Verdict } from "./verdict.ts";
import type { Asking } from "./way.ts";

/** Ask an `http` upstream; in a negotiation, where nothing is said of what serves, only health+json is an answer. */
export function askHttp(_asking: Asking): Promise<Verdict> {
  return Promise.resolve({ kind: "not-attempted", message: "being written" });
}
