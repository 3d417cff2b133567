/**
 * Read a duration as Go's `time.ParseDuration` does, such as `1s`, `500ms` or `1m30s`, into milliseconds.
 *
 * @returns Undefined when it is none.
 */
export function parseGoDuration(text: string): number | undefined {
  const [, sign, amount = ""] = /^([+-]?)(.+)$/.exec(text) ?? [];
  if (amount === "0") return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(amount)) return undefined;
  const parts = [...amount.matchAll(/([\d.]+)([^\d.]+)/g)];
  const ms = parts.reduce((sum, [, number = "", unit = ""]) => sum + Number(number) * (UNIT_MS[unit] ?? 0), 0);
  return sign === "-" ? -ms : ms;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Write milliseconds as Go's `Duration.String` does: `1.5s`, `1m30s`, `1h0m0s`. */
export function goDuration(ms: number): string {
  if (ms < 0) return `-${goDuration(-ms)}`;
  if (ms === 0) return "0s";
  if (ms < 1e-3) return `${shortest(ms * 1e6)}ns`;
  if (ms < 1) return `${shortest(ms * 1e3)}µs`;
  if (ms < 1_000) return `${shortest(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms % 3_600_000 / 60_000);
  const seconds = `${shortest(ms % 60_000 / 1_000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** Without what binary fractions leave behind; Go counts whole nanoseconds. */
function shortest(amount: number): string {
  return String(Number(amount.toFixed(9)));
}
