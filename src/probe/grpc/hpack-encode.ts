import type { HeaderField } from "./header-field.ts";

/**
 * Encode a field block without state: static indexes where they fit, else plain literals that no table keeps (RFC 7541 §6), which
 * any decoder reads whatever its table size.
 *
 * @param fields In the order to send, pseudo-headers first; names in lower case, values Latin-1.
 * @param secrets Fields sent after those, marked so that no intermediary compresses them (§7.1.3); `authorization` and `cookie` are
 * so marked in either list.
 */
export function encodeHeaders(
  fields: readonly HeaderField[],
  secrets: readonly HeaderField[] = [],
): Uint8Array<ArrayBuffer> {
  throw new Error(String([fields, secrets]));
}
