/** Bytes of hexadecimal text, spaces ignored. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], (octet) => parseInt(octet, 16));
}
