import type { Upstream } from "./registry.ts";

/**
 * What an upstream is asked, and where, as eight hexadecimal digits: a state seen under another question tells nothing of
 * it. So an upstream that is registered anew at another address does not inherit what was known of the old one.
 *
 * Names, times and secrets are no part of it: a new token, or a longer timeout, asks the same.
 */
export function questionOf(upstream: Upstream): string {
  const known = questions.get(upstream);
  if (known !== undefined) return known;
  const { url, protocol, codec, kind, http, via, authority, tls } = upstream;
  const question = fingerprint(JSON.stringify([url, protocol, codec, kind, http, via, authority, tls?.serverName]));
  questions.set(upstream, question);
  return question;
}

const questions = new WeakMap<Upstream, string>();

/** FNV-1a of 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
