/** Reads a stream by counted bytes, however it comes in pieces. */
export interface ByteReader {
  /** The next `length` bytes; undefined when the stream ends before them. Rejects when reading does. */
  take(length: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Create a reader; the stream is locked to it. */
export function createByteReader(readable: ReadableStream<Uint8Array>): ByteReader {
  const reader = readable.getReader();
  let rest: Uint8Array = new Uint8Array();
  return {
    async take(length) {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        if (rest.length === 0) {
          const { done, value } = await reader.read();
          if (done) return undefined;
          rest = value;
        }
        const part = rest.subarray(0, length - filled);
        bytes.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
      }
      return bytes;
    },
  };
}
