/**
 * Decode a string literal's Huffman code (RFC 7541 §5.2, Appendix B).
 *
 * @returns Undefined when the bytes hold the EOS symbol, or end in more than seven bits of padding or in other bits than ones.
 */
export function decodeHuffman(bytes: Uint8Array): Uint8Array | undefined {
  throw new Error(String(bytes));
}
