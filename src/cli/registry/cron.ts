/**
 * How often a Worker's cron triggers fire, as far as an interval tells it, in milliseconds: each minute, each n-th minute, and for
 * anything else an hour. Infinity for none.
 */
export function cronIntervalMs(crons: readonly string[]): number {
  return Math.min(Infinity, ...crons.map(intervalOf));
}

const MINUTE_MS = 60_000;

function intervalOf(cron: string): number {
  const [minute = "", ...rest] = cron.trim().split(/\s+/);
  const isEveryHour = rest.every((field) => field === "*");
  const step = /^\*(?:\/(\d+))?$/.exec(minute);
  return step === null || !isEveryHour ? 60 * MINUTE_MS : Number(step[1] ?? 1) * MINUTE_MS;
}
