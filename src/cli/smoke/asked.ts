import { wordsOf } from "../../wire/thrown-words.ts";
import { request } from "../deployment.ts";
import { sayDuration } from "../duration.ts";
import type { HealthDocument } from "../../core/health-document.ts";
import { fail, type Finding, pass, skip, type Smoke } from "./finding.ts";
import { TOKEN_FIX } from "./told.ts";

/** Check the token, and that a wrong one is refused. */
export async function checkToken(
  { deployment: { url, token }, io }: Smoke,
  { store }: HealthDocument,
): Promise<Finding> {
  const name = "read token";
  if (token === undefined) return skip(name, "no token was given", TOKEN_FIX);
  if (store === undefined) {
    return fail(name, "it unlocks nothing", "run wrangler secret put READ_TOKEN, or set it on Deno");
  }
  try {
    const { status } = await request(`${url}/health`, { headers: { authorization: "Bearer not-the-token" } }, io);
    if (status === 401) return pass(name, "it unlocks detail, and another one is refused");
    return fail(name, `HTTP ${status} with a wrong token`, "no cache may keep what comes with Authorization");
  } catch (error) {
    return fail(name, wordsOf(error), TOKEN_FIX);
  }
}

/** More than a slow answer and a `Date` in whole seconds explain, in milliseconds. */
const SKEW_MAX_MS = 5_000;

/** Check that its time is that of its server, or of this machine. */
export async function checkClock({ deployment: { url }, io }: Smoke): Promise<Finding> {
  const name = "clock";
  try {
    const { headers, body } = await request(`${url}/health`, {}, io);
    const time = Date.parse(JSON.parse(new TextDecoder().decode(body)).time);
    const date = headers.get("date");
    const other = date === null ? io.clock.nowMs() : Date.parse(date);
    const whose = date === null ? "this machine's" : "its server's Date";
    const skewMs = Math.abs(time - other);
    if (skewMs <= SKEW_MAX_MS) return pass(name, `it agrees with ${whose}`);
    return fail(
      name,
      `${sayDuration(skewMs)} off ${whose}`,
      "set the clocks by NTP: every age is worked out from them",
    );
  } catch (error) {
    return fail(name, wordsOf(error), "see GET /health");
  }
}
