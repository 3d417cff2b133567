/**
 * Read a whole body, or cancel it as soon as it proves too long.
 *
 * @returns Empty where there is no body; undefined when it is longer than `maxBytes`. Rejects when reading does.
 */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array();
  // Not `for await`, which took a quarter of a probe's CPU on workerd.
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value);
    length += read.value.length;
    if (length > maxBytes) {
      await reader.cancel();
      return undefined;
    }
  }
  return concat(chunks, length);
}

/** Join chunks whose lengths add up to `length`. */
function concat(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
