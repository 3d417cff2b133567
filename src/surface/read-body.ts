import { readBounded } from "../wire/read-bounded.ts";

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
  return await readBounded(request.body, maxBytes);
}
