/**
 * JSON text without what JSONC allows besides: comments, and commas before a closing bracket, as a `wrangler.jsonc` has them. All
 * else stays where it is, so that a parser tells the right line and column.
 */
export function withoutComments(text: string): string {
  return blanked(blanked(text, COMMENTS), TRAILING_COMMAS);
}

/** Strings are matched too, first, so that nothing inside one is taken for the other. */
const STRING = /"(?:[^"\\\n]|\\.)*"?/.source;
const COMMENTS = new RegExp(`${STRING}|\\/\\/[^\\n]*|\\/\\*[^]*?\\*\\/`, "g");
const TRAILING_COMMAS = new RegExp(`${STRING}|,(?=\\s*[}\\]])`, "g");

function blanked(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match) => match.startsWith('"') ? match : match.replaceAll(/[^\n]/g, " "));
}
