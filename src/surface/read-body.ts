import { readBounded } from "../wire/read-bounded.ts";
import type { Role } from "./role.ts";

/** Longest request body read, in bytes: an RPC that anybody may call carries one name. */
export const BODY_MAX_BYTES = 65_536;

/** Longest one read of who may write, in bytes: a registry of thousands of upstreams, or a satellite's whole report. */
export const WRITTEN_MAX_BYTES = 1_048_576;

/** Longest request body read of a caller, in bytes; a stranger cannot make us read more by asking for what he may not. */
export function bodyMaxBytes(path: string, role: Role): number {
  const mayWrite = path.startsWith("/rollcall.v1.") && (role === "admin" || role === "pusher");
  return mayWrite ? WRITTEN_MAX_BYTES : BODY_MAX_BYTES;
}

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
