import type { Asking, Way } from "./way.ts";
import { CHECK, LIST } from "./health-method.ts";
import type { Verdict } from "./verdict.ts";

/** What decides how an upstream's names are asked for. */
export interface Discovering {
  /** It is known to have no `Health/List`. */
  readonly hasNoList: boolean;
  readonly pay: () => boolean;
}

/**
 * Ask an upstream for all of its names by `Health/List`, and where there is none, for itself as a whole by `Check`.
 *
 * That there is none is remembered with the observation. A list refused for its length is asked for again next time.
 */
export async function discover(way: Way, asking: Asking, { hasNoList, pay }: Discovering): Promise<Verdict> {
  if (hasNoList) return withoutList(await checkWhole(way, asking));
  const list = await way(asking, LIST);
  const isUnimplemented = list.kind === "answered" && list.reason === "health_unimplemented";
  const isTooLong = list.kind === "failed" && list.failure === "overloaded" && list.isFramed === true;
  if (!isUnimplemented && !isTooLong) return list;
  if (!pay()) return isUnimplemented ? { ...list, hasNoList: true } : untold(list);
  const whole = await checkWhole(way, asking);
  return isTooLong ? { ...whole, message: saying(list, whole) } : withoutList(whole);
}

function checkWhole(way: Way, asking: Asking): Promise<Verdict> {
  return way({ ...asking, target: { ...asking.target, service: "" } }, CHECK);
}

/** Of a server that has no Check either it is not remembered: it may come to have both without ever failing. */
function withoutList(verdict: Verdict): Verdict {
  if (verdict.kind !== "answered" || verdict.reason === "health_unimplemented") return verdict;
  return {
    ...verdict,
    hasNoList: true,
    message: verdict.message ?? "it has no Health/List, and was checked as a whole",
  };
}

/** Nothing is left to ask for the whole: what is not known is not red. */
function untold(list: Verdict): Verdict {
  return { kind: "answered", status: "UNKNOWN", reason: "status_unknown", message: `Health/List: ${list.message}` };
}

function saying(list: Verdict, { message }: Verdict): string {
  return `Health/List: ${list.message}; checked as a whole${message === undefined ? "" : `: ${message}`}`;
}
