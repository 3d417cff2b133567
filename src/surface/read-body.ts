/** Longest request body read, in bytes: an RPC of ours carries one name. */
export const BODY_MAX_BYTES = 65_536;

/**
 * Read a request's whole body, or cancel it as soon as it proves too long.
 *
 * @returns undefined when the body is longer than `maxBytes`.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (length > maxBytes) {
    await request.body?.cancel();
    return undefined;
  }
  // The HTTP layer delivers no more than was announced, and reads it faster than we could.
  if (length <= maxBytes) return new Uint8Array(await request.arrayBuffer());
  return request.body === null ? new Uint8Array() : await readStream(request.body, maxBytes);
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
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
