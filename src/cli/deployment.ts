import { WAIT_MS } from "../config/read.ts";
import type { HealthDocument } from "../core/health-document.ts";
import { wordsOf } from "../wire/thrown-words.ts";
import { isObject, parseJson } from "../wire/json.ts";
import { readBounded } from "../wire/read-bounded.ts";
import { CliError } from "./cli-error.ts";
import type { Io } from "./io.ts";

/** A Rollcall that answers somewhere. */
export interface Deployment {
  /** Without a slash at the end. */
  readonly url: string;
  /** Unlocks detail. */
  readonly token: string | undefined;
}

/** Exit code when no Rollcall answers there. */
export const UNREACHABLE_EXIT_CODE = 4;

/**
 * Read where a deployment is. Without a scheme it is `https://`, and `http://` on this machine.
 *
 * @param given What the command line says; where it is silent, ROLLCALL_URL and the first of `variables` that is set count.
 */
export function parseDeployment(
  given: { readonly url: string | undefined; readonly token: string | undefined },
  { env }: Pick<Io, "env">,
  variables: readonly string[] = ["ROLLCALL_TOKEN"],
): Deployment {
  const token = given.token ?? variables.map((name) => env[name] ?? "").find((text) => text !== "");
  return { url: parseUrl(given.url ?? env["ROLLCALL_URL"] ?? ""), token: parseToken(token) };
}

/** As `config/tokens.ts` takes one; nothing else fits a header. */
function parseToken(text = ""): string | undefined {
  if (/^[\x21-\x7e]*$/.test(text)) return text === "" ? undefined : text;
  throw new CliError("Cannot send the token: it has spaces or non-ASCII characters", "pass the deployment's own");
}

function parseUrl(text: string): string {
  if (text === "") {
    throw new CliError("Cannot tell which Rollcall is meant: no URL was given", `${FIX}, or set ROLLCALL_URL`);
  }
  const isLocal = /^(?:localhost|127[\d.]*|\[::1\])(?:[:/]|$)/i.test(text);
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `${isLocal ? "http" : "https"}://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "") {
    throw new CliError(`Cannot read URL ${JSON.stringify(text)}: it is no http(s):// address`, FIX);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** What the help says of a URL. */
export const URL_HELP = "where it answers; without a scheme https, and http on this machine; default: ROLLCALL_URL";

const FIX = "write one, as https://health.example.com";

/**
 * Ask a deployment for the whole report. Throws a CliError with {@link UNREACHABLE_EXIT_CODE} when none comes.
 *
 * @param how `forced` has it probe again, and with a token read its store.
 */
export async function fetchHealth(
  { url, token }: Deployment,
  io: Pick<Io, "clock" | "stop">,
  how: "known" | "forced" = "known",
): Promise<HealthDocument> {
  const refuse = (state: string, fix: string) =>
    new CliError(`Cannot read ${url}/health: ${state}`, fix, UNREACHABLE_EXIT_CODE);
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(how === "forced" && { "cache-control": "no-cache" }),
  };
  const { status, body } = await request(`${url}/health`, { headers }, io).catch((error) => {
    throw refuse(wordsOf(error), "is the URL right, and does a Rollcall answer there?");
  });
  if (status === 401) throw refuse("it refuses the token", "pass its READ_TOKEN as --token, or leave it out");
  const document = parseJson(body);
  if (isHealthDocument(document)) return document;
  throw refuse(`HTTP ${status} without a health document`, "does a Rollcall answer there?");
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Ask by HTTP, for {@link REQUEST_MAX_MS} at most; redirects are not followed. Rejects when no whole answer comes. */
export async function request(
  url: string,
  init: RequestInit,
  { clock, stop }: Pick<Io, "clock" | "stop">,
): Promise<Answer> {
  const late = new AbortController();
  const disarm = clock.after(REQUEST_MAX_MS, () => late.abort(new Error(`no answer within ${REQUEST_MAX_MS} ms`)));
  try {
    const signal = AbortSignal.any([stop, late.signal]);
    const response = await fetch(url, { redirect: "manual", ...init, signal });
    const body = await readBounded(response.body, BODY_MAX_BYTES);
    if (body === undefined) throw new Error(`an answer longer than ${BODY_MAX_BYTES} bytes`);
    return { status: response.status, headers: response.headers, body };
  } finally {
    disarm();
  }
}

/** What a Rollcall may be told to take for an answer, by DEADLINE_MS, and some for the way there, in milliseconds. */
export const REQUEST_MAX_MS = WAIT_MS.max + 5_000;

/** A fleet of a thousand targets, with all detail, takes about one. */
const BODY_MAX_BYTES = 16 * 1024 * 1024;

function isHealthDocument(value: unknown): value is HealthDocument {
  return isObject(value) && typeof value["servingStatus"] === "string" && Array.isArray(value["names"]) &&
    isObject(value["counts"]) && Array.isArray(value["problems"]) && typeof value["time"] === "string";
}
