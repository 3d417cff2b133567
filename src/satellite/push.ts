import type { PushConfig } from "../config/push.ts";
import { toldText } from "../core/told.ts";
import type { Clock } from "../ports.ts";
import { readBounded } from "../wire/read-bounded.ts";
import { wordsOf } from "../wire/thrown-words.ts";
import type { ReportMessage } from "./report-message.ts";

/** What one push works with. */
export interface PushOptions {
  readonly config: PushConfig;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** Aborts the push. */
  readonly stop: AbortSignal;
}

/** How long one push may take, in milliseconds. */
export const PUSH_MAX_MS = 10_000;

/** Longest answer read, in bytes: it holds a time, or an error. */
const ANSWER_MAX_BYTES = 4_096;

/**
 * Push one report by `rollcall.v1.StatusService/PushReport`, in Connect's JSON. Redirects are not followed, for they would
 * take the token along. Never rejects.
 *
 * @returns Why it was not accepted, without an address; undefined when it was.
 */
export async function push(
  message: ReportMessage,
  { config, clock, fetch, stop }: PushOptions,
): Promise<string | undefined> {
  const late = new AbortController();
  const disarm = clock.after(PUSH_MAX_MS, () => late.abort());
  try {
    const response = await fetch(`${config.url}/rollcall.v1.StatusService/PushReport`, {
      method: "POST",
      redirect: "manual",
      headers: {
        authorization: `Bearer ${config.token}`,
        "content-type": "application/json",
        "connect-protocol-version": "1",
        "connect-timeout-ms": String(PUSH_MAX_MS),
      },
      body: JSON.stringify(message),
      signal: AbortSignal.any([late.signal, stop]),
    });
    const answer = readObject(await readBounded(response.body, ANSWER_MAX_BYTES));
    if (response.status === 200 && typeof answer["expiresAt"] === "string") return undefined;
    return refusalOf(response, answer);
  } catch (error) {
    return late.signal.aborted ? `no answer within ${PUSH_MAX_MS} ms` : toldText(wordsOf(error));
  } finally {
    disarm();
  }
}

/** Empty where it is too long, or no JSON: somebody else answers in its place. */
function readObject(answer: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  try {
    return { ...JSON.parse(new TextDecoder().decode(answer)) };
  } catch {
    return {};
  }
}

/** In Connect's own words, if it is Connect that answers. */
function refusalOf({ status }: Response, { code, message }: Readonly<Record<string, unknown>>): string {
  if (typeof code === "string") return toldText(`${code}: ${typeof message === "string" ? message : ""}`);
  return `HTTP ${status}, which is no answer of a Rollcall`;
}
