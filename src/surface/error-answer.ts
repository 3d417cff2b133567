import type { Refusal } from "./caller.ts";
import { COMMON_HEADERS } from "./cors.ts";

/** An error as JSON, `{"error": "..."}`; never kept by a cache, and never with a stack trace. */
export function errorAnswer(status: number, message: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ error: message }), {
    status,
    headers: { ...COMMON_HEADERS, "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}

/** Print a bug's error for the operator, and give the words for the caller. */
export function noteBug(error: unknown): string {
  console.error(JSON.stringify({ event: "surface_error", error: String(error) }));
  return "Cannot answer: an error of Rollcall's own, which its log names";
}

/** 405 for a path that exists. */
export function methodNotAllowed(method: string, allowed: readonly string[]): Response {
  const allow = [...allowed, ...(allowed.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  return errorAnswer(405, `Cannot ${method} here: this path takes ${allow}`, { allow });
}

/** The HTTP answer to a caller who is refused. */
export function refusalAnswer({ reason, message }: Refusal): Response {
  return reason === "bad_token"
    ? errorAnswer(401, message, { "www-authenticate": WWW_AUTHENTICATE })
    : errorAnswer(400, message);
}

/** RFC 6750 §3. */
export const WWW_AUTHENTICATE = `Bearer realm="rollcall", error="invalid_token"`;
