/**
 * A weak entity tag over the content that matters.
 *
 * 64 bits of FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) in two halves: two states of one resource do not meet
 * by chance, and nobody gains by making them meet.
 */
export function weakEtag(content: string): string {
  return `W/"${fnv1a(content, 0x811c9dc5)}${fnv1a(content, 0x01000193)}"`;
}

/** Whether `If-None-Match` names the tag, by weak comparison (RFC 9110 §13.1.2). */
export function isMatch(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const opaque = withoutWeakness(etag);
  return ifNoneMatch.split(",").map((tag) => tag.trim()).some((tag) => tag === "*" || withoutWeakness(tag) === opaque);
}

function withoutWeakness(tag: string): string {
  return tag.startsWith("W/") ? tag.slice(2) : tag;
}

function fnv1a(text: string, offset: number): string {
  let hash = offset;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
