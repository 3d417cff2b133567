/** An HPACK encoder that uses every form of RFC 7541, for tests: our client needs none of them to send. */
import type { HeaderField } from "../../../src/probe/grpc/header-field.ts";
import { HUFFMAN_CODES } from "./rfc7541-huffman.ts";

export interface FieldToEncode {
  readonly field: HeaderField;
  /** `indexed` falls back to `incremental` where no table holds the field. */
  readonly form: "indexed" | "incremental" | "without" | "never";
  readonly isNameIndexed: boolean;
  readonly isHuffman: boolean;
}

export interface BlockToEncode {
  /** Size updates at the start of the block. */
  readonly resizeTo: readonly number[];
  readonly fields: readonly FieldToEncode[];
}

/** Encode blocks of one connection; `staticTable` from index 1. */
export function createHpackEncoder(staticTable: readonly HeaderField[], initialTableBytes: number) {
  let dynamic: HeaderField[] = [];
  let maxBytes = initialTableBytes;

  /** Keeps the newest that fit, which is what evicting the oldest leaves. */
  function keepWhatFits(): void {
    let bytes = 0;
    const cut = dynamic.findIndex(([name, value]) => (bytes += name.length + value.length + 32) > maxBytes);
    if (cut >= 0) dynamic = dynamic.slice(0, cut);
  }

  function encodeField({ field, form, isNameIndexed, isHuffman }: FieldToEncode): number[] {
    const [name, value] = field;
    const all = [...staticTable, ...dynamic];
    const index = all.findIndex((entry) => entry[0] === name && entry[1] === value) + 1;
    if (form === "indexed" && index > 0) return integer(index, 7, 0x80);
    const nameIndex = isNameIndexed ? all.findIndex((entry) => entry[0] === name) + 1 : 0;
    const rest = [...(nameIndex > 0 ? [] : string(name, isHuffman)), ...string(value, isHuffman)];
    if (form === "without") return [...integer(nameIndex, 4, 0x00), ...rest];
    if (form === "never") return [...integer(nameIndex, 4, 0x10), ...rest];
    dynamic.unshift(field);
    keepWhatFits();
    return [...integer(nameIndex, 6, 0x40), ...rest];
  }

  return {
    encode({ resizeTo, fields }: BlockToEncode): Uint8Array {
      const bytes: number[] = [];
      for (const size of resizeTo) {
        maxBytes = size;
        keepWhatFits();
        bytes.push(...integer(size, 5, 0x20));
      }
      for (const field of fields) bytes.push(...encodeField(field));
      return new Uint8Array(bytes);
    },
  };
}

/** RFC 7541 §5.1, by arithmetic on the binary digits. */
export function integer(value: number, prefixBits: number, pattern: number): number[] {
  const full = 2 ** prefixBits - 1;
  if (value < full) return [pattern + value];
  const groups = (value - full).toString(2).padStart(Math.ceil((value - full).toString(2).length / 7) * 7, "0");
  const septets = (groups.match(/.{7}/g) ?? []).map((bits) => parseInt(bits, 2)).reverse();
  return [pattern + full, ...septets.map((septet, index) => index < septets.length - 1 ? septet + 128 : septet)];
}

/** Huffman-code bytes with the table as it is printed in Appendix B, and pad with ones. */
export function huffman(bytes: Iterable<number>): Uint8Array {
  const bits = Array.from(bytes, (byte) => codeOf(byte)).join("");
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  return Uint8Array.from(padded.match(/.{8}/g) ?? [], (octet) => parseInt(octet, 2));
}

/** A symbol's code as binary digits; 256 is EOS. */
export function codeOf(symbol: number): string {
  const entry = HUFFMAN_CODES[symbol];
  if (entry === undefined) throw new RangeError(`Cannot code symbol ${symbol}: not in Appendix B`);
  return entry.code.toString(2).padStart(entry.bits, "0");
}

function string(text: string, isHuffman: boolean): number[] {
  const bytes = Array.from(text, (character) => character.charCodeAt(0));
  const coded = isHuffman ? [...huffman(bytes)] : bytes;
  return [...integer(coded.length, 7, isHuffman ? 0x80 : 0), ...coded];
}
