import { cors } from "@connectrpc/connect";

const EXPOSED = [...cors.exposedHeaders, "ETag", "Age", "Retry-After", "Link", "WWW-Authenticate"].join(", ");

/**
 * What every answer of ours carries: browsers of any origin may read it, and must not guess its type. Part of each
 * answer from its making, for headers set afterwards are a fifth of what a hot read costs.
 */
export const COMMON_HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": EXPOSED,
  "x-content-type-options": "nosniff",
} as const;

/** Add {@link COMMON_HEADERS} to an answer that others made. */
export function withCommonHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(COMMON_HEADERS)) response.headers.set(name, value);
  return response;
}

/**
 * The answer to a CORS preflight, the same for every path: nothing here acts on behalf of a browser's user, for no
 * cookie is ever read.
 */
export function preflightAnswer(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...COMMON_HEADERS,
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": ALLOWED,
      // Chromium's upper bound, in seconds.
      "access-control-max-age": "7200",
    },
  });
}

const METHODS = ["GET", "HEAD", ...cors.allowedMethods.filter((method) => method !== "GET")].join(", ");

// `*` would not cover Authorization (https://fetch.spec.whatwg.org/#http-access-control-allow-headers), so all are named.
const ALLOWED = [...cors.allowedHeaders, "Authorization", "Cache-Control", "If-None-Match"].join(", ");
