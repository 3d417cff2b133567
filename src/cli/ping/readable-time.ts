/** Write a time as Jina does, in whole units and again in seconds: `1 minute and 2 seconds (62.30s)`. */
export function readableTime(ms: number): string {
  const seconds = ms / 1_000;
  const minutes = Math.floor(seconds / 60);
  const rest = counted(Math.floor(seconds) - minutes * 60, "second");
  const words = minutes === 0 ? rest : `${counted(minutes, "minute")} and ${rest}`;
  return `${words} (${seconds.toFixed(2)}s)`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
