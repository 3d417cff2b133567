import type { Paint } from "./color.ts";

/** One cell; undefined for no colour. */
export interface Cell {
  readonly text: string;
  readonly color?: Parameters<Paint>[0] | undefined;
}

/**
 * Lines of a table whose columns stand under each other, two blanks apart. What servers say cannot break out of its cell: controls
 * become blanks.
 *
 * @param rows Each as long as `header`; a column without any text is left out, header and all.
 */
export function renderTable(header: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const cleaned = rows.map((row) => row.map((cell) => ({ ...cell, text: singleLine(cell.text) })));
  const shown = header.map((_, column) => cleaned.some((row) => row[column]?.text !== ""));
  const all = [header.map((text): Cell => ({ text, color: "dim" })), ...cleaned]
    .map((row) => row.filter((_, column) => shown[column]));
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)));
  return all.map((row) => row.map((cell, column) => renderCell(cell, widths[column] ?? 0, paint)).join("  ").trimEnd());
}

/** Text as it may stand on one line of a terminal; what turns its direction would turn the cells after it too. */
export function singleLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ");
}

function renderCell({ text, color }: Cell, width: number, paint: Paint): string {
  const padding = " ".repeat(Math.max(0, width - text.length));
  return `${color === undefined || text === "" ? text : paint(color, text)}${padding}`;
}
