import type { HttpCheck } from "../core/registry.ts";
import { parseJson } from "../wire/json.ts";
import { valueAt } from "../wire/json-pointer.ts";
import { exchange, probeHeaders, type Question, readBody, statusVerdict, TOO_LONG } from "./exchange.ts";
import { HEALTH_JSON, judgeHealthJson } from "./health-json.ts";
import { mismatch, type Verdict } from "./verdict.ts";
import type { Asking } from "./way.ts";

/**
 * Ask an `http` upstream; in a negotiation, where nothing is said of what serves, only health+json is an answer.
 *
 * Health+json is judged by its body: a failure at once, whatever the HTTP status, and anything else only under an HTTP
 * status that serves. Without it, and without a JSON value to look for, the HTTP status is the whole answer and the body
 * is not read.
 */
export function askHttp(asking: Asking): Promise<Verdict> {
  const { url, http } = asking.target.upstream;
  const question = (): Question => ({
    method: (http ?? ANY_HEALTH_JSON).method,
    url,
    headers: probeHeaders(asking, { accept: ACCEPT }),
  });
  return exchange(asking, question, (response) => judge(response, http));
}

const ACCEPT = `${HEALTH_JSON}, application/json;q=0.9, */*;q=0.8`;

/** How a server is asked of which nothing is known. */
const ANY_HEALTH_JSON: HttpCheck = { method: "GET", statuses: [{ from: 200, to: 299 }] };

async function judge(response: Response, check: HttpCheck | undefined): Promise<Verdict> {
  const { method, statuses, json } = check ?? ANY_HEALTH_JSON;
  const mediaType = mediaTypeOf(response);
  const isHealthJson = mediaType === HEALTH_JSON && method === "GET";
  const isExpected = statuses.some(({ from, to }) => response.status >= from && response.status <= to);
  if (!isHealthJson) {
    if (!isExpected) return statusVerdict(response);
    if (check === undefined) return mismatch(noHealthAnswer(response, mediaType));
    if (json === undefined) return SERVING;
  }
  const body = await readBody(response);
  if (body === undefined) return TOO_LONG;
  const document = parseJson(body);
  const verdict = isHealthJson ? judgeHealthJson(document) : SERVING;
  if (!isExpected) return statusOf(verdict) === "NOT_SERVING" ? verdict : statusVerdict(response);
  return json === undefined || statusOf(verdict) !== "SERVING" ? verdict : judgeValue(document, json) ?? verdict;
}

const SERVING: Verdict = { kind: "answered", status: "SERVING" };

function statusOf(verdict: Verdict) {
  return verdict.kind === "answered" ? verdict.status : undefined;
}

/** What is wrong with the value; undefined when it is as expected. */
function judgeValue(document: unknown, { pointer, equals }: NonNullable<HttpCheck["json"]>): Verdict | undefined {
  if (document === undefined) return mismatch("body that is no JSON");
  const value = valueAt(document, pointer);
  if (value === equals) return undefined;
  const place = pointer === "" ? "the body" : pointer;
  const message = value === undefined ? `nothing at ${place}` : `${place} is ${JSON.stringify(value)}`;
  return { kind: "answered", status: "NOT_SERVING", message };
}

/** In lower case, without parameters; `""` when there is none. */
function mediaTypeOf(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** Short enough that the fix survives in the trace of a negotiation. */
function noHealthAnswer({ status }: Response, mediaType: string): string {
  const seen = mediaType === "" ? `HTTP ${status}` : mediaType.slice(0, 30);
  return `${seen} is no health answer; set protocol = "http" if this is enough`;
}
