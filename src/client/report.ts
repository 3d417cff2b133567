import type { HealthDocument } from "../core/health-document.ts";
import { isObject, parseJson } from "../wire/json.ts";
import { ask, type Endpoint, errorOfAnswer } from "./endpoint.ts";
import type { CallOptions } from "./limit.ts";
import { RollcallError } from "./rollcall-error.ts";

/** Read `GET /health`. A fleet that does not serve is a report like any other. */
export async function readReport(endpoint: Endpoint, options: CallOptions): Promise<HealthDocument> {
  const { status, body } = await getJson(endpoint, "/health", options);
  if (isHealthDocument(body)) return body;
  if (status === 200) throw new RollcallError("unimplemented", "the answer is no report");
  throw errorOfAnswer(status, body);
}

/** Read `GET /dry_run` as Jina's HTTP client does: ready is `code` 0 under a 2xx. Never rejects. */
export async function readReadiness(endpoint: Endpoint, options: CallOptions): Promise<boolean> {
  try {
    const { status, body } = await getJson(endpoint, "/dry_run", options);
    return status >= 200 && status < 300 && isObject(body) && body["code"] === 0;
  } catch {
    return false;
  }
}

async function getJson(
  endpoint: Endpoint,
  path: string,
  { timeoutMs = endpoint.timeoutMs, ...options }: CallOptions,
): Promise<{ readonly status: number; readonly body: unknown }> {
  // Told, Rollcall answers in time from what it knows. A header would cost browsers a preflight.
  const query = `?timeout=${Math.min(TOLD_MAX_MS, Math.ceil(timeoutMs))}ms`;
  const request = { path: path + query, init: { headers: endpoint.headers } };
  const { status, body } = await ask(endpoint, request, { timeoutMs, ...options });
  return { status, body: parseJson(body) };
}

/** Nine digits are the most that Rollcall reads. */
const TOLD_MAX_MS = 999_999_999;

/** By what every report has: a document from elsewhere, such as a service's own health page, has no names. */
function isHealthDocument(body: unknown): body is HealthDocument {
  return isObject(body) && typeof body["servingStatus"] === "string" && Array.isArray(body["names"]);
}
