import { InvalidArgumentError } from "@commander-js/extra-typings";
import { parseGoDuration } from "./check/go-duration.ts";

const DAY_MS = 86_400_000;

/** Read a length of time above zero, such as `90s`, `1h30m` or `7d`, into milliseconds, for an option. */
export function readDuration(text: string): number {
  const [, days = "0", rest = ""] = /^(?:(\d{1,4})d)?(.*)$/.exec(text) ?? [];
  const restMs = rest === "" ? 0 : parseGoDuration(rest) ?? NaN;
  const ms = Math.round(Number(days) * DAY_MS + restMs);
  if (ms > 0) return ms;
  throw new InvalidArgumentError("write it as 90s, 15m, 1h30m or 7d");
}

/** Read how long a status holds; as {@link readDuration}, within what a deployment takes. */
export function readTtl(text: string): number {
  const ms = readDuration(text);
  if (ms >= 1_000 && ms <= DAY_MS) return ms;
  throw new InvalidArgumentError("write 1s to 24h");
}

/** Read a point in time, as ISO 8601 has it, for an option; without a zone it is this machine's time. */
export function readTime(text: string): Date {
  // A date alone would be UTC's midnight, one with a time this machine's: ECMA-262 §21.4.1.32.
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isFinite(time.getTime())) return time;
  throw new InvalidArgumentError("write it as 2026-11-21T18:00, or 2026-11-21T17:00Z");
}
