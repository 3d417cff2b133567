import { cors } from "@connectrpc/connect";

/** Set what every answer of ours carries: browsers of any origin may read it, and must not guess its type. */
export function setCommonHeaders(headers: Headers): void {
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", EXPOSED);
  headers.set("x-content-type-options", "nosniff");
}

/**
 * The answer to a CORS preflight, the same for every path: nothing here acts on behalf of a browser's user, for no
 * cookie is ever read.
 */
export function preflightAnswer(): Response {
  return new Response(null, {
    status: 204,
    headers: {
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

const EXPOSED = [...cors.exposedHeaders, "ETag", "Age", "Retry-After", "Link", "WWW-Authenticate"].join(", ");
