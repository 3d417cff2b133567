import type { Target, Upstream } from "../core/registry.ts";
import { readBounded } from "../wire/read-bounded.ts";
import { httpVerdict, mismatch, type Verdict } from "./verdict.ts";

/** One way of asking over HTTP: what to send, and what an answer means. */
export interface Way {
  /** What to send, but for the signal. Throws when no request can be made of it, as of a header with a line break. */
  request(target: Target, timeoutMs: number): Question;
  /** Judge an answer. Rejects with what reading it threw; the caller discards what is left unread. */
  judge(response: Response, upstream: Upstream): Promise<Verdict>;
}

/** A request as `fetch` takes it. The body is bytes, not a stream: some gRPC-web proxies dislike chunked requests. */
export interface Question {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Longest answer read, in bytes. A health answer takes about fifty; the rest is room for the trailers of proxies. */
export const BODY_MAX_BYTES = 65_536;

/** Where the unary health check is, on any protocol over HTTP. */
export function checkUrl(upstream: Upstream): string {
  return `${upstream.url}/grpc.health.v1.Health/Check`;
}

/** The upstream's own headers over the common ones, and under those of the protocol, which `config/headers.ts` refuses. */
export function probeHeaders(upstream: Upstream, own: Readonly<Record<string, string>>): Headers {
  // One call instead of a dozen: each into a Headers object leaves JavaScript, which is what a probe's CPU goes to.
  return new Headers({ ...COMMON, ...upstream.headers, ...own });
}

/** Judge an answer whose status is not 200, before any protocol: a redirect, which is not followed, or a bare status. */
export function statusVerdict(response: Response, text = ""): Verdict {
  const isRedirect = response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400);
  return isRedirect ? mismatch(redirectText(response)) : httpVerdict(response.status, text);
}

/** Read an answer's body; undefined when it is longer than {@link BODY_MAX_BYTES}, the rest of it then cancelled. */
export function readBody(response: Response): Promise<Uint8Array | undefined> {
  return readBounded(response.body, BODY_MAX_BYTES);
}

/** Said when {@link readBody} gave nothing. */
export const TOO_LONG: Verdict = mismatch(`answer longer than ${BODY_MAX_BYTES} bytes`);

const COMMON = {
  // Several front ends refuse requests without one, and workerd sends none of its own.
  "user-agent": "rollcall-probe",
  // A health answer is smaller than any compression of it.
  "accept-encoding": "identity",
} as const;

/** Where to, less the query and userinfo: either may hold a token. */
function redirectText(response: Response): string {
  const location = response.headers.get("location") ?? "";
  const to = URL.parse(location, response.url === "" ? undefined : response.url);
  return to === null ? "redirected" : `redirected to ${to.protocol}//${to.host}${to.pathname}`;
}
