import type { HeaderField } from "./header-field.ts";
import { encodeInteger, encodeString } from "./hpack-primitives.ts";
import { STATIC_TABLE } from "./hpack-table.ts";

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
  return new Uint8Array([...fields.flatMap(encodeField), ...secrets.flatMap(encodeSecret)]);
}

const ALWAYS_SECRET = ["authorization", "cookie"];

/** The patterns of RFC 7541 §6.1, §6.2.2 and §6.2.3. */
const INDEXED = 0x80;
const WITHOUT_INDEXING = 0x00;
const NEVER_INDEXED = 0x10;

function encodeField(field: HeaderField): readonly number[] {
  const [name, value] = field;
  if (ALWAYS_SECRET.includes(name)) return encodeSecret(field);
  const index = STATIC_TABLE.findIndex((entry) => entry[0] === name && entry[1] === value) + 1;
  return index > 0 ? encodeInteger(index, 7, INDEXED) : encodeLiteral(field, WITHOUT_INDEXING);
}

function encodeSecret(field: HeaderField): readonly number[] {
  return encodeLiteral(field, NEVER_INDEXED);
}

/** Index 0 says that the name follows. */
function encodeLiteral([name, value]: HeaderField, pattern: number): readonly number[] {
  const index = STATIC_TABLE.findIndex((entry) => entry[0] === name) + 1;
  return [...encodeInteger(index, 4, pattern), ...(index > 0 ? [] : encodeString(name)), ...encodeString(value)];
}
