import { isObject, parseJson } from "../../wire/json.ts";
import { exchange, methodUrl, probeHeaders, type Question, readBody, statusVerdict, TOO_LONG } from "../exchange.ts";
import { mismatch, type Verdict } from "../verdict.ts";
import type { Asking } from "../way.ts";
import { judgeJinaStatus, readJinaStatus } from "./dry-run.ts";

/** Ask a gateway for a dry run over HTTP: what it found is in the body, and the HTTP status says nothing of it. */
export function askDryRun(asking: Asking): Promise<Verdict> {
  return exchange(asking, () => get(asking, "/dry_run"), judgeDryRun);
}

/** Ask one server over HTTP whether it is up, as `jina ping` does: exactly 200 is up. */
export function askRoot(asking: Asking): Promise<Verdict> {
  return exchange(asking, () => get(asking, "/"), (response) => response.status === 200 ? UP : statusVerdict(response));
}

const UP: Verdict = { kind: "answered", status: "SERVING" };

function get(asking: Asking, path: string): Question {
  const { upstream } = asking.target;
  return {
    method: "GET",
    url: methodUrl(upstream, path),
    headers: probeHeaders(asking, { accept: "application/json" }),
  };
}

const JSON_TYPE = /\bjson\b/i;

async function judgeDryRun(response: Response): Promise<Verdict> {
  // A page may hang, and says no more than its status.
  if (response.status !== 200 && !JSON_TYPE.test(response.headers.get("content-type") ?? "")) {
    return statusVerdict(response);
  }
  const body = await readBody(response);
  if (body === undefined) return response.status === 200 ? TOO_LONG : statusVerdict(response);
  const document = parseJson(body);
  const code = isObject(document) ? document["code"] : undefined;
  const status = typeof code === "number" ? readJinaStatus(document) : undefined;
  const isInFull = isObject(document) && typeof document["description"] === "string";
  // Many a server writes a code into its 404; only Jina's own shape is heeded there.
  if (status !== undefined && (isInFull || response.status === 200)) {
    const { isFramed: _, ...verdict } = judgeJinaStatus(status);
    return isInFull ? { ...verdict, isFramed: true } : verdict;
  }
  return response.status === 200 ? mismatch("body that is no dry run") : statusVerdict(response);
}
