import type { ServerHttp2Stream } from "node:http2";

/**
 * Read a request's whole body.
 *
 * @returns undefined as soon as it is longer than `maxBytes`, or when the caller gave up before its end.
 */
export function readWhole(stream: ServerHttp2Stream, maxBytes: number): Promise<Uint8Array | undefined> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
  const chunks: Uint8Array[] = [];
  let length = 0;
  stream.on("data", (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > maxBytes) return resolve(undefined);
    chunks.push(chunk);
  });
  stream.once("end", () => resolve(length > maxBytes ? undefined : joined(chunks)));
  stream.once("close", () => resolve(undefined));
  return promise;
}

/** The request's body as it comes. Leaving it early does not end the stream, which has an answer to carry yet. */
export function readOn(stream: ServerHttp2Stream): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => stream.iterator({ destroyOnReturn: false }) };
}

/** Nearly always there is one. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
