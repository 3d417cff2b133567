import type { LoadOptions } from "../core/report.ts";
import { readHops } from "../wire/hops.ts";
import { createRoleReader, type Role, type Tokens } from "./role.ts";
import { type RequestHead, requestTimeout } from "./timeout.ts";

/** Who asks, and how. */
export interface Caller {
  readonly role: Role;
  /** A reader, or an admin: may see addresses, messages and attempts. */
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
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly role: Role };

/**
 * Make the reader of callers.
 *
 * A caller without `Authorization`, or with another scheme than Bearer, is a stranger; so is everyone when there is no
 * token. Where there is a `read` token, a wrong one is refused rather than taken for a stranger's: its holder would look
 * for missing detail.
 */
export function createCallerReader(tokens: Tokens): (request: RequestHead) => CallerReading {
  const roleOf = createRoleReader(tokens);
  const isReadToken = (tokens.readToken ?? "") !== "";
  return (request) => {
    const token = roleOf === undefined ? undefined : bearerToken(request);
    const known = token === undefined ? undefined : roleOf?.(token);
    const role = known ?? "stranger";
    if (token !== undefined && known === undefined && isReadToken) return refused("bad_token", BAD_TOKEN, role);
    const timeout = requestTimeout(request);
    if (timeout.error !== undefined) return refused("bad_timeout", timeout.error, role);
    const isTrusted = role === "reader" || role === "admin";
    const isForced = FORCED.test(request.headers.get("cache-control") ?? "");
    const hops = readHops(request.headers);
    if (role === "stranger" && !isForced && timeout.ms === undefined && hops === 0) return ANYONE;
    const deadline = timeout.ms === undefined ? {} : { deadlineMs: timeout.ms };
    return { kind: "caller", caller: { role, isTrusted, options: { isTrusted, isForced, hops, ...deadline } } };
  };
}

const ANYONE: CallerReading = { kind: "caller", caller: { role: "stranger", isTrusted: false, options: {} } };

const BAD_TOKEN =
  "Cannot accept the bearer token: it is not the read token; leave Authorization out to read without detail";

const FORCED = /(?:^|[\s,])no-(?:cache|store)(?:$|[\s,])/i;

function refused(reason: Refusal["reason"], message: string, role: Role): CallerReading {
  return { kind: "refused", refusal: { reason, message }, role };
}

function bearerToken(request: RequestHead): string | undefined {
  return /^bearer +(.*)$/i.exec(request.headers.get("authorization") ?? "")?.[1]?.trim();
}
