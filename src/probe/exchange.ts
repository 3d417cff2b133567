import type { Upstream } from "../core/registry.ts";
import { HOPS_HEADER } from "../wire/hops.ts";
import { readBounded } from "../wire/read-bounded.ts";
import { BODY_MAX_BYTES } from "./body-limit.ts";
import { httpVerdict, mismatch, type Verdict } from "./verdict.ts";
import type { Asking } from "./way.ts";

/** A request as `fetch` takes it. */
export interface Question {
  readonly method?: "GET" | "HEAD" | "POST";
  readonly url: string;
  readonly headers: Headers;
  /** Bytes, not a stream: some gRPC-web proxies dislike chunked requests. */
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Read by Cloudflare's edge only. */
  readonly cf?: { readonly grpcWeb: "convert" };
}

/**
 * Send a request and judge its answer. Redirects are not followed, and what is not read of the answer is cancelled.
 *
 * @param question Makes the request; when that throws, as for a header with a line break, the probe was not attempted.
 * @param judge May reject with what reading the answer threw.
 */
export async function exchange(
  { network, target, signal, isFresh }: Asking,
  question: () => Question,
  judge: (response: Response) => Verdict | Promise<Verdict>,
): Promise<Verdict> {
  let asked: Question;
  try {
    asked = question();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "not-attempted", message: `Cannot ask: ${why}`, isBarred: true };
  }
  let response: Response | undefined;
  try {
    const { url, method = "POST", ...rest } = asked;
    const send = network.fetchFor(target.upstream, { isFresh });
    response = await send(url, { ...rest, method, redirect: "manual", signal });
    return await judge(response);
  } finally {
    await discard(response);
  }
}

/** Where a method of an upstream is, on any protocol over HTTP. `grpc(s)://` is HTTP by another name. */
export function methodUrl({ url }: Upstream, path: string): string {
  return `${url.startsWith("grpc") ? url.replace("grpc", "http") : url}${path}`;
}

/** The upstream's own headers over the common ones, and under those of the protocol, which `config/headers.ts` refuses. */
export function probeHeaders(
  { target, hops }: Pick<Asking, "target" | "hops">,
  own: Readonly<Record<string, string>>,
): Headers {
  // One call instead of a dozen: each into a Headers object leaves JavaScript, which is what a probe's CPU goes to.
  return new Headers({ ...COMMON, ...target.upstream.headers, [HOPS_HEADER]: String(hops + 1), ...own });
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

/** Sent with every probe, whatever its protocol. */
export const COMMON = {
  // Several front ends refuse requests without one, and workerd sends none of its own.
  "user-agent": "rollcall-probe",
  // A health answer is smaller than any compression of it.
  "accept-encoding": "identity",
} as const;

/** An answer left unread holds its connection, and on Workers one of the six that an invocation has. */
async function discard(response: Response | undefined): Promise<void> {
  if (response?.bodyUsed !== false) return;
  try {
    await response.body?.cancel();
  } catch {
    // Already broken: there is nothing left to give back.
  }
}

/** Where to, less the query and userinfo: either may hold a token. */
function redirectText(response: Response): string {
  const location = response.headers.get("location") ?? "";
  const to = URL.parse(location, response.url === "" ? undefined : response.url);
  return to === null ? "redirected" : `redirected to ${to.protocol}//${to.host}${to.pathname}`;
}
