import { MESSAGE_MAX_CHARS } from "../core/observation.ts";

/**
 * Make a message fit to keep: one line of at most `maxChars` characters, and `***` wherever a header value
 * appears that we sent, for servers like to echo what they refused.
 *
 * @param headers The upstream's own headers; of `Bearer token` also the bare token is hidden.
 */
export function cleanMessage(
  message: string,
  headers: Readonly<Record<string, string>>,
  maxChars = MESSAGE_MAX_CHARS,
): string {
  let text = message;
  for (const secret of secretsOf(headers)) text = text.replaceAll(secret, "***");
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim().slice(0, maxChars);
  // A cut through a surrogate pair would leave text that is not Unicode.
  return line.replace(/[\uD800-\uDBFF]$/, "");
}

/** What was seen, with its message made fit to keep, if it has one. */
export function withCleanMessage<T extends { readonly message?: string }>(
  seen: T,
  headers: Readonly<Record<string, string>>,
): T {
  return seen.message === undefined ? seen : { ...seen, message: cleanMessage(seen.message, headers) };
}

/** Longest first, so that one value within another does not leave the rest of it. */
function secretsOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.values(headers)
    .flatMap((value) => [value.trim(), value.trim().replace(/^\S+\s+/, "")])
    // Many messages quote what the server wrote.
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .filter((secret) => secret !== "")
    .sort((a, b) => b.length - a.length);
}
