import { isObject, parseJson } from "../../wire/json.ts";
import { wordsOf } from "../../wire/thrown-words.ts";
import { type Answer, request } from "../deployment.ts";
import { fail, type Finding, pass, type Smoke } from "./finding.ts";

/** Check what is asked by plain HTTP. */
export async function checkHttp(smoke: Smoke): Promise<readonly Finding[]> {
  return [
    await checkAnswer(smoke, "GET /", "/", {}, (answer) => {
      const body = parseJson(answer.body);
      return answer.status === 200 && isObject(body) && Object.keys(body).length === 0;
    }),
    await checkAnswer(smoke, "GET /dry_run", "/dry_run", {}, isDryRun),
    await checkAnswer(smoke, "HEAD /dry_run", "/dry_run", { method: "HEAD" }, ({ status, body }) => {
      return (status === 200 || status === 503) && body.length === 0;
    }),
    await checkAgreement(smoke),
    await checkAnswer(smoke, "GET /metrics", "/metrics", {}, ({ status, body }) => {
      return status === 200 && new TextDecoder().decode(body).includes("# TYPE rollcall");
    }),
    await checkAnswer(smoke, "CORS", "/health", { method: "OPTIONS" }, ({ status, headers }) => {
      return status === 204 && headers.get("access-control-allow-origin") === "*";
    }),
  ];
}

const PROXY_FIX = "is a proxy or a rule before it that changes this path? Else deploy this version again";

async function checkAnswer(
  { deployment: { url }, io }: Smoke,
  name: string,
  path: string,
  init: RequestInit,
  isGood: (answer: Answer) => boolean,
): Promise<Finding> {
  try {
    const answer = await request(`${url}${path}`, init, io);
    const type = answer.headers.get("content-type") ?? "no content type";
    const seen = `${answer.status}, ${answer.body.length === 0 ? "no body" : type}`;
    return isGood(answer) ? pass(name, seen) : fail(name, seen, PROXY_FIX);
  } catch (error) {
    return fail(name, wordsOf(error), PROXY_FIX);
  }
}

function isDryRun({ status, body }: Answer): boolean {
  const answer = parseJson(body);
  if (!isObject(answer)) return false;
  // A failing fleet may be 200, by DRY_RUN_FAILURE_STATUS.
  return answer["code"] === 0 ? status === 200 : answer["code"] === 1 && (status === 503 || status === 200);
}

/** A fleet may turn between two questions, but not each time. */
const TRIES = 3;

async function checkAgreement({ deployment: { url }, io }: Smoke): Promise<Finding> {
  const name = "GET /health";
  let seen = "";
  for (let tried = 0; tried < TRIES; tried++) {
    try {
      const health = await request(`${url}/health`, {}, io);
      const dryRun = parseJson((await request(`${url}/dry_run`, {}, io)).body);
      const document = parseJson(health.body);
      const status = isObject(document) ? document["servingStatus"] : undefined;
      const code = isObject(dryRun) ? dryRun["code"] : undefined;
      seen = `${health.status} ${status}, and /dry_run says ${code}`;
      const isOne = (status === "SERVING") === (code === 0) && health.status === (status === "SERVING" ? 200 : 503);
      if (typeof status === "string" && isOne) return pass(name, seen);
    } catch (error) {
      seen = wordsOf(error);
    }
  }
  return fail(name, seen, "no cache may keep /health or /dry_run: bypass them in its rules");
}
