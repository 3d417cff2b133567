import type { Clock } from "../ports.ts";
import { isObject } from "../wire/json.ts";
import { readBounded } from "../wire/read-bounded.ts";
import { type CallOptions, createLimit } from "./limit.ts";
import { errorOfHttp, RollcallError } from "./rollcall-error.ts";

/** Where a Rollcall is, and how to reach it. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly url: string;
  /** Must heed `signal`. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** For calls that do not say, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Make one request inside the limits of its caller.
 *
 * @param ask Gets the signal to heed and the time it has, in milliseconds; what of an answer it leaves unread is let go.
 * @throws {RollcallError} Whatever `ask` throws.
 */
export async function within<T>(
  { timeoutMs: defaultMs, clock }: Endpoint,
  { timeoutMs = defaultMs, signal }: CallOptions,
  ask: (signal: AbortSignal, timeoutMs: number) => Promise<T>,
): Promise<T> {
  const limit = createLimit({ timeoutMs, ...(signal && { signal }) }, clock);
  try {
    return await ask(limit.signal, timeoutMs);
  } catch (error) {
    throw limit.errorOf(error);
  } finally {
    limit.end();
  }
}

/** Read the whole of an answer. */
export async function readAnswer({ body }: Response): Promise<Uint8Array> {
  const bytes = await readBounded(body, ANSWER_MAX_BYTES);
  if (bytes === undefined) throw new RollcallError("internal", `answer longer than ${ANSWER_MAX_BYTES} bytes`);
  return bytes;
}

/** The error that an answer with an unexpected status is, with the text that Rollcall gives as JSON. */
export function errorOfAnswer(status: number, body: unknown): RollcallError {
  return errorOfHttp(status, isObject(body) && typeof body["error"] === "string" ? body["error"] : "");
}

/** The report of a fleet of ten thousand targets is half of it. */
const ANSWER_MAX_BYTES = 16 * 1024 * 1024;
