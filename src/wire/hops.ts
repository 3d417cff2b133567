/** Tells how many Rollcalls a question came through, the one that sent it included: two that watch each other must not ask in a circle. */
export const HOPS_HEADER = "rollcall-hops";

/** Read the header's number; 0 when it is absent, or is none that a Rollcall sends. */
export function readHops(headers: Pick<Headers, "get">): number {
  const text = headers.get(HOPS_HEADER);
  return text !== null && /^\d{1,3}$/.test(text) ? Number(text) : 0;
}
