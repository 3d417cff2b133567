import { type HeaderField, isWellFormed } from "./header-field.ts";
import { type Cursor, readInteger, readString } from "./hpack-primitives.ts";
import { createFieldTable, fieldBytes, type FieldTable } from "./hpack-table.ts";

/** What a header block held. */
export type HeaderBlock =
  | { readonly kind: "fields"; readonly fields: readonly HeaderField[] }
  /** A field no message may carry: the stream's PROTOCOL_ERROR; the connection and the table go on (RFC 9113 §8.1.1). */
  | { readonly kind: "malformed" }
  /** The connection's COMPRESSION_ERROR (RFC 9113 §4.3). Every later block is garbled too. */
  | { readonly kind: "garbled" }
  /** More than we take: the connection's ENHANCE_YOUR_CALM. Every later block is too large too. */
  | { readonly kind: "too-large" };

export interface HpackDecoder {
  /** Decode one whole field block: the fragments of HEADERS and its CONTINUATIONs, joined, without padding. Never throws. */
  decode(block: Uint8Array): HeaderBlock;
}

export interface HpackDecoderOptions {
  /** Our SETTINGS_HEADER_TABLE_SIZE: 4096, unless another was announced. */
  readonly tableMaxBytes: number;
  /** Bound of a block's decoded size, counted as SETTINGS_MAX_HEADER_LIST_SIZE is: names, values, and 32 for each field. */
  readonly listMaxBytes: number;
  readonly fieldsMax: number;
}

/** The decoding end of one connection's HPACK, RFC 7541. */
export function createHpackDecoder({ tableMaxBytes, listMaxBytes, fieldsMax }: HpackDecoderOptions): HpackDecoder {
  const table = createFieldTable(Math.min(tableMaxBytes, INITIAL_TABLE_BYTES));
  let end: HeaderBlock | undefined;

  function decodeBlock(block: Uint8Array): HeaderBlock {
    const cursor = { bytes: block, at: 0 };
    const fields: HeaderField[] = [];
    let listBytes = 0;
    if (!readSizeUpdates(cursor, table, tableMaxBytes)) return GARBLED;
    while (cursor.at < block.length) {
      const field = readField(cursor, table);
      if (field === undefined) return GARBLED;
      listBytes += fieldBytes(field);
      if (listBytes > listMaxBytes || fields.length === fieldsMax) return TOO_LARGE;
      fields.push(field);
    }
    return fields.every(isWellFormed) ? { kind: "fields", fields } : { kind: "malformed" };
  }

  return {
    decode(block) {
      const decoded = end ?? decodeBlock(block);
      if (decoded === GARBLED || decoded === TOO_LARGE) end = decoded;
      return decoded;
    },
  };
}

const GARBLED: HeaderBlock = { kind: "garbled" };
const TOO_LARGE: HeaderBlock = { kind: "too-large" };

/** What a table starts with until its encoder says otherwise (RFC 9113 §6.5.2), if we allow as much. */
const INITIAL_TABLE_BYTES = 4096;

/** Obey the size updates at the start of a block, RFC 7541 §6.3; false when one is cut short or above our limit. */
function readSizeUpdates(cursor: Cursor, table: FieldTable, tableMaxBytes: number): boolean {
  while (isSizeUpdate(cursor)) {
    const maxBytes = readInteger(cursor, 5);
    if (maxBytes === undefined || maxBytes > tableMaxBytes) return false;
    table.resize(maxBytes);
  }
  return true;
}

/** Read one field in any of the forms of RFC 7541 §6; undefined when it is none, as a size update is in its place. */
function readField(cursor: Cursor, table: FieldTable): HeaderField | undefined {
  const first = cursor.bytes[cursor.at] ?? 0;
  if (first >= INDEXED) return table.get(readInteger(cursor, 7) ?? 0);
  if (isSizeUpdate(cursor)) return undefined;
  const index = readInteger(cursor, first >= WITH_INDEXING ? 6 : 4);
  const name = index === 0 ? readString(cursor) : table.get(index ?? 0)?.[0];
  const value = name === undefined ? undefined : readString(cursor);
  if (name === undefined || value === undefined) return undefined;
  const field = [name, value] as const;
  if (first >= WITH_INDEXING) table.add(field);
  return field;
}

function isSizeUpdate({ bytes, at }: Cursor): boolean {
  return ((bytes[at] ?? 0) & 0xe0) === 0x20;
}

const INDEXED = 0x80;
const WITH_INDEXING = 0x40;
