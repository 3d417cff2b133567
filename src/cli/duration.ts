/** A length of time as a person says it, in its largest whole unit: `5 s`, `3 min`, `2 h`, `4 d`; below a second in `ms`. */
export function sayDuration(ms: number): string {
  const [size, unit] = UNITS.find(([size]) => ms >= size) ?? [1, "ms"];
  return `${Math.floor(Math.max(0, ms) / size)} ${unit}`;
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];
