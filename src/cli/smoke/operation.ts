import type { HealthDocument, HealthStore } from "../../core/health-document.ts";
import { request, shortReason } from "../deployment.ts";
import { sayDuration } from "../duration.ts";
import { fail, type Finding, pass, skip, type Smoke } from "./finding.ts";

/** Check how it is operated: its registry, token, store, cron, clock, and the edge's conversion for its native upstreams. */
export async function checkOperation(smoke: Smoke, last: HealthDocument): Promise<readonly Finding[]> {
  const { deployment: { token } } = smoke;
  const about = { token, store: last.store, last, smoke };
  return [
    checkRegistry(last),
    await checkToken(smoke, last),
    checkStore(about),
    checkSchedule(about),
    await checkClock(smoke),
    checkConvert(last, token),
  ];
}

interface About {
  readonly token: string | undefined;
  readonly store: HealthStore | undefined;
  readonly last: HealthDocument;
  readonly smoke: Smoke;
}

const TOKEN_FIX = "pass its READ_TOKEN as --token";

function checkRegistry({ counts, problems }: HealthDocument): Finding {
  const name = "registry";
  const invalid = problems.find((problem) => problem.startsWith("registry invalid"));
  if (invalid !== undefined) return fail(name, invalid, "mend what rollcall validate finds, and deploy again");
  if (counts.targets > 0) return pass(name, `${counts.targets} targets, ${counts.serving} of them serve`);
  return fail(
    name,
    "no upstream is registered",
    "write [[vars.UPSTREAMS]], as by rollcall init; [env.X] inherits none",
  );
}

async function checkToken({ deployment: { url, token }, io }: Smoke, { store }: HealthDocument): Promise<Finding> {
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
    return fail(name, shortReason(error), TOKEN_FIX);
  }
}

/** KV tells other places of a new value, and of one where none was, after a minute or so. https://developers.cloudflare.com/kv/concepts/how-kv-works/ */
const KV_LAG_MS = 120_000;

/** Twice the default spacing of writes, and half of it again: the one place writes, the other learns of it at its own next write. */
const QUIET_MAX_MS = 750_000;

function checkStore({ token, store, last, smoke }: About): Finding {
  const name = "store";
  const failing = last.problems.find((problem) => problem.startsWith("store"));
  if (failing !== undefined) {
    return fail(name, failing, "does the KV namespace (Workers) or the file of KV_PATH (Deno) still exist?");
  }
  if (store === undefined) {
    return skip(name, "only the token's holder is told", token === undefined ? TOKEN_FIX : "see read token");
  }
  const { kind, storedAt, readAt } = store;
  if (kind === "memory") {
    return fail(
      name,
      "no KV is bound, so nothing is kept",
      'add [[kv_namespaces]] binding = "KV" to wrangler.toml (and to [env.X]), and deploy',
    );
  }
  const now = Date.parse(last.time);
  const storedAgo = storedAt === null ? Infinity : now - Date.parse(storedAt);
  if (storedAgo > QUIET_MAX_MS) {
    const seen = storedAt === null ? "nothing was stored" : `nothing was stored for ${sayDuration(storedAgo)}`;
    return fail(name, seen, "is the day's budget of KV writes spent, or KV_WRITE_EVERY_MS very long?");
  }
  const seen = `${kind}, written ${sayDuration(storedAgo)} ago`;
  const isReadBack = readAt !== null && Date.parse(readAt) >= Date.parse(smoke.first.time);
  if (isReadBack) return pass(name, `${seen} and read back`);
  if (storedAgo < KV_LAG_MS) return skip(name, `${seen}, not told to this place yet`, "ask again in two minutes");
  return fail(name, `${seen}, and not read back`, "does the namespace belong to this account and environment?");
}

function checkSchedule({ token, store, last }: About): Finding {
  const name = "cron";
  if (store === undefined) {
    return skip(name, "only the token's holder is told", token === undefined ? TOKEN_FIX : "see read token");
  }
  const fix = store.kind === "deno-kv"
    ? "set REFRESH_EVERY_MS to a minute or less"
    : 'add [triggers] crons = ["* * * * *"] to wrangler.toml, deploy, and wait a minute';
  if (store.scheduledAt === null) return fail(name, "it never ran", fix);
  const agoMs = Date.parse(last.time) - Date.parse(store.scheduledAt);
  const seen = `it ran ${sayDuration(agoMs)} ago`;
  return agoMs <= QUIET_MAX_MS ? pass(name, seen) : fail(name, seen, fix);
}

/** More than a slow answer and a `Date` in whole seconds explain, in milliseconds. */
const SKEW_MAX_MS = 5_000;

async function checkClock({ deployment: { url }, io }: Smoke): Promise<Finding> {
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
    return fail(name, shortReason(error), "see GET /health");
  }
}

/** On Workers native gRPC over TLS leaves as gRPC-web, which the edge before the upstream has to convert. */
function checkConvert({ names, store }: HealthDocument, token: string | undefined): Finding {
  const name = "conversion to gRPC";
  if (store === undefined) {
    return skip(name, "only the token's holder is told", token === undefined ? TOKEN_FIX : "see read token");
  }
  const converted = names.filter(({ target }) =>
    target?.protocol === "grpc" && /^(?:grpcs|https):/.test(target.address ?? "")
  );
  if (store.kind === "deno-kv" || converted.length === 0) return skip(name, "no upstream needs it", "");
  const broken = converted.filter(({ target }) => target?.failure === "protocol_mismatch");
  if (broken.length === 0) return pass(name, `${converted.length} native targets over TLS answer`);
  const keys = broken.map((entry) => entry.name).join(", ");
  return fail(
    name,
    `${keys} do not answer`,
    'turn on Network, gRPC in the upstream\'s zone, or set protocol = "grpc-web"',
  );
}
