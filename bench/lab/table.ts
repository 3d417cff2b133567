/** What was measured, the figure, what it was compared with, and how they compare; empty where there is nothing. */
export type Row = readonly [what: string, figure: string, against: string, ratio: string];

/** Rows as columns of text, under a title. */
export function table(title: string, rows: readonly Row[]): string {
  const all: readonly Row[] = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ").trimEnd());
  return [`\n${title}`, ...lines].join("\n");
}

const HEADINGS: Row = ["what", "figure", "against", "ratio, median (min–max)"];
