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

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  readonly body: Uint8Array;
}

/**
 * Make one request inside the limits of its caller, and read the whole answer, whatever it says.
 *
 * @throws {RollcallError} When there is no whole answer.
 */
export async function ask(
  endpoint: Endpoint,
  request: { readonly path: string; readonly init: RequestInit },
  options: CallOptions & { readonly timeoutMs: number },
): Promise<Answer> {
  const limit = createLimit(options, endpoint.clock);
  try {
    const response = await endpoint.fetch(endpoint.url + request.path, { ...request.init, signal: limit.signal });
    const body = await readAnswer(response);
    limit.end();
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    throw limit.errorOf(error);
  } finally {
    limit.cancel();
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
