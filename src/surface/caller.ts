import type { LoadOptions } from "../core/report.ts";
import { readHops } from "../wire/hops.ts";
import { type RequestHead, requestTimeout } from "./timeout.ts";
import { createTokenCheck } from "./token.ts";

/** Who asks, and how. */
export interface Caller {
  /** Holds the `read` token: may see addresses, messages and attempts. */
  readonly isTrusted: boolean;
  readonly options: LoadOptions;
}

/** Why a request is not answered: it states a timeout that cannot be read, or a token that is not ours. */
export interface Refusal {
  readonly reason: "bad_timeout" | "bad_token";
  /** Names the field and the fix, and no secret. */
  readonly message: string;
}

/** What a request says of its caller. */
export type CallerReading =
  | { readonly kind: "caller"; readonly caller: Caller }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Make the reader of callers.
 *
 * A caller without `Authorization`, or with another scheme than Bearer, is a stranger; so is everyone when there is no
 * token. A wrong Bearer token is refused rather than taken for a stranger's: its holder would look for missing detail.
 *
 * @param readToken The `read` token; undefined or empty when none is configured.
 */
export function createCallerReader(readToken: string | undefined): (request: RequestHead) => CallerReading {
  const isReadToken = readToken === undefined || readToken === "" ? undefined : createTokenCheck(readToken);
  return (request) => {
    const token = isReadToken === undefined ? undefined : bearerToken(request);
    if (token !== undefined && isReadToken?.(token) === false) return refused("bad_token", BAD_TOKEN);
    const timeout = requestTimeout(request);
    if (timeout.error !== undefined) return refused("bad_timeout", timeout.error);
    const isTrusted = token !== undefined;
    const isForced = FORCED.test(request.headers.get("cache-control") ?? "");
    const hops = readHops(request.headers);
    if (!isTrusted && !isForced && timeout.ms === undefined && hops === 0) return ANYONE;
    const deadline = timeout.ms === undefined ? {} : { deadlineMs: timeout.ms };
    return { kind: "caller", caller: { isTrusted, options: { isTrusted, isForced, hops, ...deadline } } };
  };
}

const ANYONE: CallerReading = { kind: "caller", caller: { isTrusted: false, options: {} } };

const BAD_TOKEN =
  "Cannot accept the bearer token: it is not the read token; leave Authorization out to read without detail";

const FORCED = /(?:^|[\s,])no-(?:cache|store)(?:$|[\s,])/i;

function refused(reason: Refusal["reason"], message: string): CallerReading {
  return { kind: "refused", refusal: { reason, message } };
}

function bearerToken(request: RequestHead): string | undefined {
  return /^bearer +(.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1]?.trim();
}
