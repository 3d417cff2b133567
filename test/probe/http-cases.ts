import type { HttpCheck } from "../../src/core/registry.ts";

/** An answer of an HTTP upstream, and what a probe makes of it. */
export interface HttpCase {
  readonly name: string;
  /** What the operator said; undefined is a negotiation, where nothing is said. Default: GET, 200 to 299. */
  readonly check?: Partial<HttpCheck> | undefined;
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** As `brief` says it. */
  readonly expect: string;
  /** The upstream's words, where they matter. */
  readonly message?: string;
}

export const DEFAULT_CHECK: HttpCheck = { method: "GET", statuses: [{ from: 200, to: 299 }] };

const HEALTH = { "content-type": "application/health+json; charset=utf-8" };
const JSON_TYPE = { "content-type": "application/json" };
const NEGOTIATED = { check: undefined };
const STATUS_UP = { check: { json: { pointer: "/status", equals: "UP" } }, headers: JSON_TYPE };

const BY_STATUS: readonly HttpCase[] = [
  { name: "200", body: "ok", expect: "SERVING" },
  { name: "204", status: 204, expect: "SERVING" },
  { name: "299", status: 299, expect: "SERVING" },
  { name: "301", status: 301, headers: { location: "/elsewhere?token=1" }, expect: "failed protocol_mismatch" },
  { name: "400", status: 400, expect: "failed protocol_mismatch", message: "HTTP 400" },
  { name: "401", status: 401, expect: "UNKNOWN probe_denied" },
  { name: "404", status: 404, expect: "UNKNOWN health_unimplemented" },
  { name: "429", status: 429, expect: "failed overloaded" },
  { name: "500", status: 500, expect: "failed unavailable" },
  { name: "503", status: 503, body: "down", expect: "failed unavailable", message: "HTTP 503" },
  { name: "504", status: 504, expect: "failed timeout" },
  { name: "200 where 204 serves", check: { statuses: [{ from: 204, to: 204 }] }, expect: "failed protocol_mismatch" },
  {
    name: "204 where 200 serves",
    check: { statuses: [{ from: 200, to: 200 }] },
    status: 204,
    expect: "failed protocol_mismatch",
    message: "HTTP 204",
  },
  {
    name: "302 where it serves",
    check: { statuses: [{ from: 200, to: 204 }, { from: 302, to: 302 }] },
    status: 302,
    headers: { location: "/login" },
    expect: "SERVING",
  },
  { name: "503 where it serves", check: { statuses: [{ from: 503, to: 503 }] }, status: 503, expect: "SERVING" },
  { name: "HEAD", check: { method: "HEAD" }, expect: "SERVING" },
  { name: "HEAD, 503", check: { method: "HEAD" }, status: 503, expect: "failed unavailable" },
  { name: "HEAD of health+json", check: { method: "HEAD" }, headers: HEALTH, expect: "SERVING" },
];

const HEALTH_JSON: readonly HttpCase[] = [
  { name: "pass", body: '{"status":"pass"}', expect: "SERVING" },
  { name: "ok", body: '{"status":"ok"}', expect: "SERVING" },
  { name: "UP", body: '{"status":"UP"}', expect: "SERVING" },
  { name: "warn", body: '{"status":"warn"}', expect: "SERVING", message: "warn" },
  {
    name: "warn with output",
    body: '{"status":"warn","output":"disk 90 %"}',
    expect: "SERVING",
    message: "warn: disk 90 %",
  },
  { name: "fail", body: '{"status":"fail"}', expect: "NOT_SERVING", message: 'status "fail"' },
  { name: "fail with output", body: '{"status":"fail","output":"no db"}', expect: "NOT_SERVING", message: "no db" },
  { name: "down with notes", body: '{"status":"down","notes":["a","b"]}', expect: "NOT_SERVING", message: "a; b" },
  { name: "error under 503", status: 503, body: '{"status":"error"}', expect: "NOT_SERVING" },
  { name: "fail under 200", body: '{"status":"Fail"}', expect: "NOT_SERVING" },
  { name: "pass under 503", status: 503, body: '{"status":"pass"}', expect: "failed unavailable", message: "HTTP 503" },
  { name: "warn under 404", status: 404, body: '{"status":"warn"}', expect: "UNKNOWN health_unimplemented" },
  { name: "another word", body: '{"status":"meh"}', expect: "UNKNOWN status_unknown", message: 'status "meh"' },
  { name: "a word that every object has", body: '{"status":"constructor"}', expect: "UNKNOWN status_unknown" },
  { name: "no status", body: "{}", expect: "failed protocol_mismatch" },
  { name: "a list", body: "[]", expect: "failed protocol_mismatch" },
  { name: "no JSON", body: "pass", expect: "failed protocol_mismatch" },
  { name: "no JSON under 500", status: 500, body: "pass", expect: "failed unavailable" },
  { name: "too long", body: `{"status":"pass","output":"${"x".repeat(65_536)}"}`, expect: "failed protocol_mismatch" },
  {
    name: "pass, and the value",
    check: { json: { pointer: "/checks/db", equals: 1 } },
    body: '{"status":"pass","checks":{"db":1}}',
    expect: "SERVING",
  },
  {
    name: "pass, and another value",
    check: { json: { pointer: "/checks/db", equals: 1 } },
    body: '{"status":"pass","checks":{"db":0}}',
    expect: "NOT_SERVING",
    message: "/checks/db is 0",
  },
  {
    name: "fail, and the value",
    check: { json: { pointer: "/checks/db", equals: 1 } },
    body: '{"status":"fail","checks":{"db":1}}',
    expect: "NOT_SERVING",
  },
];

const BY_VALUE: readonly HttpCase[] = [
  { ...STATUS_UP, name: "the value", body: '{"status":"UP"}', expect: "SERVING" },
  { ...STATUS_UP, name: "the value, of no type", headers: {}, body: '{"status":"UP"}', expect: "SERVING" },
  {
    ...STATUS_UP,
    name: "another value",
    body: '{"status":"DOWN"}',
    expect: "NOT_SERVING",
    message: '/status is "DOWN"',
  },
  { ...STATUS_UP, name: "a list of it", body: '{"status":["UP"]}', expect: "NOT_SERVING" },
  {
    ...STATUS_UP,
    name: "a long value",
    body: `{"status":"${"x".repeat(500)}"}`,
    expect: "NOT_SERVING",
    message: `/status is "${"x".repeat(228)}`,
  },
  { ...STATUS_UP, name: "nothing there", body: "{}", expect: "NOT_SERVING", message: "nothing at /status" },
  { ...STATUS_UP, name: "no JSON", body: "UP", expect: "failed protocol_mismatch", message: "body that is no JSON" },
  { ...STATUS_UP, name: "an empty body", body: "", expect: "failed protocol_mismatch" },
  { ...STATUS_UP, name: "under 503", status: 503, body: '{"status":"UP"}', expect: "failed unavailable" },
  { ...STATUS_UP, name: "too long", body: `"${"x".repeat(65_536)}"`, expect: "failed protocol_mismatch" },
  { name: "null", check: { json: { pointer: "/error", equals: null } }, body: '{"error":null}', expect: "SERVING" },
  { name: "true", check: { json: { pointer: "/ready", equals: true } }, body: '{"ready":true}', expect: "SERVING" },
  { name: "not 1", check: { json: { pointer: "/ready", equals: true } }, body: '{"ready":1}', expect: "NOT_SERVING" },
  { name: "the body", check: { json: { pointer: "", equals: "OK" } }, body: '"OK"', expect: "SERVING" },
  {
    name: "another body",
    check: { json: { pointer: "", equals: "OK" } },
    body: '"KO"',
    expect: "NOT_SERVING",
    message: 'the body is "KO"',
  },
];

const IN_A_NEGOTIATION: readonly HttpCase[] = [
  { name: "pass", headers: HEALTH, body: '{"status":"pass"}', expect: "SERVING" },
  { name: "fail", headers: HEALTH, status: 503, body: '{"status":"fail"}', expect: "NOT_SERVING" },
  {
    name: "a page",
    headers: { "content-type": "text/html; charset=utf-8" },
    body: "<html>",
    expect: "failed protocol_mismatch",
    message: 'text/html is no health answer; set protocol = "http" if this is enough',
  },
  {
    name: "204",
    status: 204,
    expect: "failed protocol_mismatch",
    message: 'HTTP 204 is no health answer; set protocol = "http" if this is enough',
  },
  { name: "404", status: 404, expect: "UNKNOWN health_unimplemented" },
  { name: "503", status: 503, expect: "failed unavailable" },
];

export const HTTP_CASES: readonly HttpCase[] = [
  ...BY_STATUS.map((each) => ({ ...each, name: `by status: ${each.name}` })),
  ...HEALTH_JSON.map((each) => ({ headers: HEALTH, ...each, name: `health+json: ${each.name}` })),
  ...BY_VALUE.map((each) => ({ ...each, name: `by value: ${each.name}` })),
  ...IN_A_NEGOTIATION.map((each) => ({ ...each, ...NEGOTIATED, name: `in a negotiation: ${each.name}` })),
];

/** What the operator said in a case. */
export function checkOf(each: HttpCase): HttpCheck | undefined {
  return "check" in each && each.check === undefined ? undefined : { ...DEFAULT_CHECK, ...each.check };
}
