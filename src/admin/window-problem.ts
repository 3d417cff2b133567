/** The longest window, in days: what is in maintenance for longer is not in service. */
const DAYS_MAX = 366;
const DAY_MS = 86_400_000;

/** As long as a line that people read. */
const REASON_MAX_CHARS = 240;

/** The last time a `google.protobuf.Timestamp` can say in JSON, the end of the year 9999, in milliseconds since the Unix epoch. */
const TIME_MAX_MS = 253_402_300_799_999;

/** What is wrong with a window that is to be scheduled, and the fix; undefined when nothing is. */
export function windowProblem(
  { fromMs, untilMs, reason }: { readonly fromMs: number; readonly untilMs: number; readonly reason: string },
  nowMs: number,
): string | undefined {
  if (![fromMs, untilMs].every((ms) => Math.abs(ms) <= TIME_MAX_MS)) return "its times are none; write real ones";
  if (untilMs <= fromMs) return "it ends before it begins; write a later until";
  if (untilMs <= nowMs) return "it is over already; write a later until";
  if (untilMs - fromMs > DAYS_MAX * DAY_MS) return `it is too long; write at most ${DAYS_MAX} days`;
  if (reason.length > REASON_MAX_CHARS) return `its reason is too long; write at most ${REASON_MAX_CHARS} characters`;
  return /\p{Cc}/u.test(reason) ? "its reason has control characters; write one line" : undefined;
}
