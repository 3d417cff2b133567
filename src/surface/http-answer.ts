import type { Report } from "../core/report.ts";
import { COMMON_HEADERS } from "./cors.ts";
import { cacheHeaders, retryAfterSeconds } from "./cache-headers.ts";
import { isMatch } from "./etag.ts";

/** A body and what is said about it. */
export interface Content {
  readonly status: 200 | 503;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  /** Whether it is good news that may be kept. */
  readonly isSettled: boolean;
}

/** What an answer about the fleet depends on besides its content. */
export interface Asked {
  readonly request: Request;
  readonly report: Report;
  readonly isTrusted: boolean;
}

/**
 * Answer with content about the fleet, or 304 when the caller has it.
 *
 * Only a 200 may become 304: a failing fleet must look failing to a monitor that revalidates.
 */
export function fleetAnswer(content: Content, { request, report, isTrusted }: Asked): Response {
  const freshening = {
    nowMs: report.nowMs,
    checkedAtMs: report.oldestCheckedAtMs,
    ttlMs: report.ttlMs,
    isSettled: content.isSettled,
    isTrusted,
    etag: content.etag,
  };
  const headers: Record<string, string> = { ...COMMON_HEADERS, ...cacheHeaders(freshening) };
  if (content.status === 200 && isMatch(request.headers.get("if-none-match"), content.etag)) {
    return new Response(null, { status: 304, headers });
  }
  headers["content-type"] = content.contentType;
  // HEAD loses the body, and with it the server's own count.
  headers["content-length"] = String(content.body.length);
  if (content.status === 503) headers["retry-after"] = String(retryAfterSeconds(freshening));
  return new Response(content.body, { status: content.status, headers });
}
