import type { Io, Output } from "./io.ts";

/** Colours text for a terminal; leaves it as it is where nobody sees colours, or the user wants none. */
export type Paint = (color: keyof typeof CODES, text: string) => string;

/** Create it for one output: https://no-color.org */
export function createPaint({ isTerminal }: Output, { env }: Pick<Io, "env">): Paint {
  const isColored = isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  return (color, text) => isColored ? `\x1b[${CODES[color]}m${text}\x1b[0m` : text;
}

/** Select Graphic Rendition, ECMA-48 §8.3.117. */
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
