/**
 * Why a request failed, of what `fetch` or a connection threw: the cause in the platform's own words, less what differs from one
 * attempt to the next (a local port, a reference number) and the address, which is the operator's to show.
 *
 * Deno says `fetch failed` of everything, and the rest in the cause.
 */
export function wordsOf(error: unknown): string {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = root instanceof Error ? root.message : String(root);
  return text.replace(/^error sending request .*?: client error \(\w+\): /, "")
    .replace(/^((?:connect|getaddrinfo) E\w+) .*/, "$1")
    .replace(/; reference = \w+$/, "");
}
