import type { HeaderField } from "./header-field.ts";

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
export function createHpackDecoder(options: HpackDecoderOptions): HpackDecoder {
  return {
    decode(_block) {
      throw new Error(String(options));
    },
  };
}
