import type { HeaderField } from "./header-field.ts";

/** The decoder's view of both tables in one index space, RFC 7541 §2.3. */
export interface FieldTable {
  /** The field at an index, the static table's from 1, then the newest added first; undefined where there is none, as at 0. */
  get(index: number): HeaderField | undefined;
  /** Add a field, evicting the oldest for which there is no room any more; one larger than the table empties it (§4.4). */
  add(field: HeaderField): void;
  /** Change the size, evicting what does not fit any more (§4.3). */
  resize(maxBytes: number): void;
}

/** A table with nothing added yet. */
export function createFieldTable(initialMaxBytes: number): FieldTable {
  const newestFirst: HeaderField[] = [];
  let maxBytes = initialMaxBytes;
  let bytes = 0;

  function evictTo(limitBytes: number): void {
    while (bytes > limitBytes) {
      const oldest = newestFirst.pop();
      bytes = oldest === undefined ? 0 : bytes - fieldBytes(oldest);
    }
  }

  return {
    get: (index) => STATIC_TABLE[index - 1] ?? newestFirst[index - 1 - STATIC_TABLE.length],
    add(field) {
      evictTo(Math.max(0, maxBytes - fieldBytes(field)));
      if (fieldBytes(field) > maxBytes) return;
      newestFirst.unshift(field);
      bytes += fieldBytes(field);
    },
    resize(newMaxBytes) {
      maxBytes = newMaxBytes;
      evictTo(newMaxBytes);
    },
  };
}

/** What a field counts in a table (RFC 7541 §4.1) and in a list of fields (RFC 9113 §6.5.2): a Latin-1 character is a byte. */
export function fieldBytes([name, value]: HeaderField): number {
  return name.length + value.length + 32;
}

/** RFC 7541 Appendix A; the first entry has index 1. */
export const STATIC_TABLE: readonly HeaderField[] =
  (":authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|:status=204|" +
    ":status=206|:status=304|:status=400|:status=404|:status=500|accept-charset|accept-encoding=gzip, deflate|" +
    "accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|" +
    "content-disposition|content-encoding|content-language|content-length|content-location|content-range|content-type|" +
    "cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|" +
    "last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|" +
    "server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate")
    .split("|").map((entry) => {
      const [name = "", value = ""] = entry.split("=");
      return [name, value];
    });
