/**
 * Decode a string literal's Huffman code (RFC 7541 §5.2, Appendix B).
 *
 * @returns Undefined when the bytes hold the EOS symbol, or end in more than seven bits of padding or in other bits than ones.
 */
export function decodeHuffman(bytes: Uint8Array): Uint8Array | undefined {
  const text = new Uint8Array(Math.floor(bytes.length * 8 / SHORTEST_CODE_BITS));
  let filled = 0;
  // The bits read of the current code; the first code of that length; how many symbols have shorter ones.
  let [bits, code, first, shorter] = [0, 0, 0, 0];
  for (let at = 0; at < bytes.length * 8; at++) {
    code = code * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    first = first * 2;
    bits++;
    const count = CODES_OF_LENGTH[bits] ?? 0;
    if (code - first >= count) {
      first += count;
      shorter += count;
      continue;
    }
    const symbol = SYMBOLS[shorter + code - first] ?? EOS;
    if (symbol === EOS) return undefined;
    text[filled++] = symbol;
    bits =
      code =
      first =
      shorter =
        0;
  }
  const isPadding = bits < 8 && code === 2 ** bits - 1;
  return isPadding ? text.subarray(0, filled) : undefined;
}

const EOS = 256;
const SHORTEST_CODE_BITS = 5;

/**
 * The code lengths of symbols 0 to 256, in base 36. They are all of Appendix B: its code is canonical, so that codes of one
 * length are consecutive numbers in the order of their symbols, and follow those of the length before, shifted.
 */
const LENGTHS = "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6" +
  "f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn" +
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu";

const CODE_BITS = Array.from(LENGTHS, (digit) => parseInt(digit, 36));

/** Sorting keeps the order of equals. */
const SYMBOLS = [...CODE_BITS.keys()].sort((a, b) => (CODE_BITS[a] ?? 0) - (CODE_BITS[b] ?? 0));

const CODES_OF_LENGTH = CODE_BITS.reduce<number[]>((counts, bits) => {
  counts[bits] = (counts[bits] ?? 0) + 1;
  return counts;
}, []);
